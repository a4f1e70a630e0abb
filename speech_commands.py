"""`flask speech …`: hearing a file, models, hearing again, how well it is heard."""

import json
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

import speech as hearing
from jobs import SPEECH, SPEECH_LATER, committed, enqueue
from services import voice_notes

speech = AppGroup("speech", help="Speech to text.")
as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")


@speech.command("transcribe")
@click.argument("file", type=click.Path(exists=True, dir_okay=False), required=False)
@click.option("--model", type=click.Path(exists=True, file_okay=False), help="Folder of the model.")
@click.option("--hints", help="JSON list of the only words to hear.")
@click.option("--again", "is_again", is_flag=True, help="No file: voice notes that another model has heard, or failed.")
@click.option("--note", "note_ids", type=int, multiple=True, help="With --again: only this note, whoever heard it.")
@as_json
def transcribe(
    file: str | None, model: str | None, hints: str | None, is_again: bool, note_ids: tuple[int, ...], is_json: bool
) -> None:
    """Say what is heard in a sound file; or, with --again, let the workers hear old voice notes anew."""
    if is_again == bool(file):
        raise click.UsageError("give either a FILE or --again")
    folder = _model(model)
    shown = _heard(Path(file), folder, hints) if file else _ask_again(folder, note_ids)
    click.echo(json.dumps(shown, ensure_ascii=False) if is_json else _plain(shown))


def _heard(file: Path, model: Path, hints: str | None) -> dict[str, Any]:
    known = _hints(hints) if hints else current_app.config["VOSK_HINTS"]
    limit = current_app.config["SPEECH_MAX_MINUTES"] * 60
    try:
        heard = hearing.transcribe(file, model, known, max_seconds=limit)
    except hearing.BadAudio as error:
        raise click.ClickException(f"{file}: {error.code}") from error
    except hearing.ModelError as error:
        raise click.ClickException(str(error)) from error
    words = [{"word": word.word, "start": word.start, "end": word.end, "conf": word.conf} for word in heard.words]
    return {
        "text": heard.text,
        "language": heard.language,
        "words": words,
        "audio_seconds": heard.audio_seconds,
        "took_seconds": heard.took_seconds,
    }


def _ask_again(model: Path, note_ids: tuple[int, ...]) -> dict[str, int]:
    with committed():
        failed = voice_notes.try_again(note_ids)
        heard = voice_notes.to_hear_again(model=hearing.name(model), note_ids=note_ids)
    for note_id in failed:
        enqueue("jobs.transcribe.transcribe", note_id, queue=SPEECH)
    for note_id in heard:
        enqueue("jobs.transcribe.transcribe_again", note_id, queue=SPEECH_LATER)
    return {"again": len(heard), "failed": len(failed)}


@speech.command("install")
@click.argument("name", required=False, default=hearing.DEFAULT_NAME)
@click.option("--if-missing", is_flag=True, help="Do nothing when a model is installed already.")
@click.option("--beside", "is_beside", is_flag=True, help="Use it for its own language only.")
@click.option("--sha256", help="Of the archive, in hex: refuse any other.")
def install(name: str, if_missing: bool, is_beside: bool, sha256: str | None) -> None:
    """Install a Vosk model from the network, an archive or a folder."""
    config = current_app.config
    if if_missing and hearing.find(config["VOSK_MODEL"], config["DATA_DIR"]) is not None:
        return
    folder, bar = _models_dir(), _Progress()
    try:
        installed = hearing.install(
            name,
            models_dir=folder,
            base_url=config["SPEECH_MODELS_URL"],
            on_progress=bar.show,
            is_beside=is_beside,
            sha256=sha256,
        )
    except hearing.ModelError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"installed {installed.name}")


@speech.command("list")
@as_json
def list_models(is_json: bool) -> None:
    """List the installed models, the languages that they hear and which of them are in use."""
    config, folder = current_app.config, _models_dir()
    current = hearing.find(config["VOSK_MODEL"], config["DATA_DIR"])
    in_use = hearing.in_use(config["VOSK_MODEL"], config["DATA_DIR"])
    paths = list(dict.fromkeys([*([current] if current else []), *hearing.installed(folder)]))
    rows = [
        {
            "name": hearing.name(path),
            "language": hearing.language(path),
            "use": "current" if path == current else "language" if path in in_use else "",
            "mb": sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) // 1_000_000,
        }
        for path in paths
    ]
    if is_json:
        click.echo(json.dumps({"models": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']:<40}{row['language']:<4}{row['mb']:>6} MB  {row['use']}")


@speech.command("use")
@click.argument("name")
@click.option("--for-language", "is_for_language", is_flag=True, help="Only for those who speak its language.")
def use(name: str, is_for_language: bool) -> None:
    """Let an installed model be the one in use; a running desk takes it with the next recording."""
    if current_app.config["VOSK_MODEL"]:
        raise click.ClickException("VOSK_MODEL names the model: no other one is used")
    try:
        folder = hearing.use(name, _models_dir(), is_for_language_only=is_for_language)
    except hearing.ModelError as error:
        raise click.ClickException(f"{name} is not installed: flask speech install {name}") from error
    click.echo(f"in use: {folder.name}")


@speech.command("evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, file_okay=False), help="Folder of the model.")
@click.option("--hints", help="JSON list of the only words to hear.")
@as_json
def evaluate(folder: Path, model: str | None, hints: str | None, is_json: bool) -> None:
    """Say how many words are heard wrong: FOLDER holds recordings, each with its text in a .txt of the same name."""
    chosen = _model(model)
    known = _hints(hints) if hints else current_app.config["VOSK_HINTS"]
    try:
        result = hearing.evaluate(folder, chosen, known, on_file=lambda line: click.echo(line, err=True))
    except hearing.ModelError as error:
        raise click.ClickException(str(error)) from error
    if not result.files:
        raise click.ClickException(f"{folder}: no recording with a .txt of the same name beside it")
    shown = {
        "model": hearing.name(chosen),
        "files": result.files,
        "words": result.words,
        "wer": round(result.wer, 4),
        "substitutions": result.substitutions,
        "deletions": result.deletions,
        "insertions": result.insertions,
        "audio_seconds": round(result.audio_seconds, 1),
        "real_time_factor": round(result.real_time_factor, 3),
        "unreadable": result.unreadable,
    }
    click.echo(json.dumps(shown, ensure_ascii=False) if is_json else _plain(shown))


def _model(given: str | None) -> Path:
    config = current_app.config
    folder = hearing.find(given or config["VOSK_MODEL"], config["DATA_DIR"])
    if folder is None:
        raise click.ClickException("no speech model is installed: flask speech install")
    return folder


def _models_dir() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "models"


def _plain(values: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items())


def _hints(text: str) -> list[str]:
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise click.BadParameter('must be a JSON list of words, such as ["да", "нет"]', param_hint="--hints")
    return words


class _Progress:
    """A bar on a terminal, a line every tenth in a log."""

    def __init__(self) -> None:
        self._tenth = -1

    def show(self, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth != self._tenth:
            self._tenth = tenth
            click.echo(f"{'█' * tenth}{'·' * (10 - tenth)} {done // 1_000_000} / {total // 1_000_000} MB", err=True)
