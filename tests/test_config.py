"""The settings: defaults, what is refused at the start and how it is said, one secret for all processes."""

import multiprocessing
import re
import stat
from pathlib import Path
from typing import Any

import pytest

import config

SECRET = "x" * 32
HTTPS = {"PUBLIC_URL": "https://desk.example"}


def load(folder: Path, **environ: str) -> dict[str, Any]:
    return config.load({"DATA_DIR": str(folder)} | environ)


def refusal(folder: Path, **environ: str) -> str:
    with pytest.raises(config.BadSetting) as caught:
        load(folder, **environ)
    return str(caught.value)


def test_with_nothing_set_everything_is_in_one_folder_of_this_machine(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found["DATABASE_URL"] == f"sqlite:///{tmp_path}/desk.db"
    assert found["STORAGE_URL"] == f"file://{tmp_path}/files"
    assert found["MAIL_URL"] == f"file://{tmp_path}/mail"
    assert (found["HOST"], found["PORT"], found["PUBLIC_URL"]) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (found["DEMO"], found["CODE_IN_LETTERS"], found["PROXIES"]) == (True, True, 0)
    assert set(found) == {setting.name for setting in config.SETTINGS}


def test_a_relative_folder_is_made_and_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = config.load({"DATA_DIR": "a/b"})
    assert found["DATA_DIR"] == str(tmp_path / "a" / "b") and (tmp_path / "a" / "b").is_dir()


def test_what_is_given_wins_over_the_environment(tmp_path: Path) -> None:
    found = config.load({"PORT": "1", "DATA_DIR": "/nowhere"}, PORT=2, DATA_DIR=str(tmp_path))
    assert (found["PORT"], found["DATA_DIR"]) == (2, str(tmp_path))


def test_the_environment_wins_over_the_defaults(tmp_path: Path) -> None:
    found = load(
        tmp_path, SITE_NAME="Стол", MAIL_URL="smtp://mail.example", REDIS_URL="redis://r/0", VOSK_HINTS='["да"]'
    )
    assert (found["SITE_NAME"], found["MAIL_URL"], found["REDIS_URL"]) == ("Стол", "smtp://mail.example", "redis://r/0")
    assert found["VOSK_HINTS"] == ["да"]


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), (" yes ", True), ("on", True),
                                            ("0", False), ("no", False), ("Off", False), ("", False)])  # fmt: skip
def test_a_switch_is_understood_in_the_usual_words(tmp_path: Path, text: str, value: bool) -> None:
    assert load(tmp_path, DEMO=text)["DEMO"] is value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEMO", "maybe"),
        ("CODE_IN_LETTERS", "2"),
        ("PORT", "http"),
        ("PORT", ""),
        ("WORKERS", "1.5"),
        ("PROXIES", "all"),
        ("VOSK_HINTS", "да"),
        ("VOSK_HINTS", '{"да": 1}'),
        ("VOSK_HINTS", "[1]"),
        ("SPEECH_MODELS_URL", "alphacephei.com"),
        ("SPEECH_MODELS_URL", "file:///models"),
    ],
)
def test_nonsense_stops_the_start_and_names_the_variable_and_what_was_written(
    tmp_path: Path, name: str, text: str
) -> None:
    said = refusal(tmp_path, **{name: text})
    setting = next(one for one in config.SETTINGS if one.name == name)
    assert said.startswith(f"{name}={text!r}: must be ") and said.endswith(setting.help)


def test_a_refusal_ends_the_process_without_a_traceback() -> None:
    assert issubclass(config.BadSetting, SystemExit)


def test_addresses_lose_their_last_slash(tmp_path: Path) -> None:
    found = load(tmp_path, PUBLIC_URL="http://desk.example/", SPEECH_MODELS_URL="http://m.example/vosk/")
    assert (found["PUBLIC_URL"], found["SPEECH_MODELS_URL"]) == ("http://desk.example", "http://m.example/vosk")


def test_the_demo_is_refused_in_production(tmp_path: Path) -> None:
    assert refusal(tmp_path, **HTTPS, SECRET_KEY=SECRET).startswith("DEMO: ")


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_a_weak_secret_is_refused_in_production(tmp_path: Path, secret: str) -> None:
    assert refusal(tmp_path, **HTTPS, DEMO="0", SECRET_KEY=secret).startswith("SECRET_KEY: ")
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("address", ["HTTPS://desk.example", " https://desk.example/ "])
def test_production_is_known_however_it_is_typed(tmp_path: Path, address: str) -> None:
    assert refusal(tmp_path, PUBLIC_URL=address, SECRET_KEY=SECRET).startswith("DEMO: ")
    assert load(tmp_path, PUBLIC_URL=address, DEMO="0", SECRET_KEY=SECRET)["PUBLIC_URL"] == "https://desk.example"


def test_the_folder_of_everything_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = Path(load(tmp_path / "new" / "var")["DATA_DIR"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_sound_production_starts(tmp_path: Path) -> None:
    assert load(tmp_path, **HTTPS, DEMO="0", SECRET_KEY=SECRET)["SECRET_KEY"] == SECRET


def test_outside_production_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = load(tmp_path)["SECRET_KEY"], load(tmp_path)["SECRET_KEY"]
    assert first == second and len(first) >= 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert load(tmp_path / "other")["SECRET_KEY"] != first


def read_secret(folder: str, start: Any, found: Any) -> None:
    start.wait(timeout=60)
    found.put(config.load({"DATA_DIR": folder})["SECRET_KEY"])


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    together = multiprocessing.get_context("fork")
    start, found = together.Barrier(6), together.SimpleQueue()
    processes = [together.Process(target=read_secret, args=(str(tmp_path), start, found)) for _ in range(6)]
    for process in processes:
        process.start()
    secrets = {found.get() for _ in processes}
    for process in processes:
        process.join(timeout=60)
    assert len(secrets) == 1 and "" not in secrets


def test_a_deep_folder_does_not_make_the_sockets_name_too_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    one, two = load(deep)["REDIS_URL"], load(tmp_path / ("d" * 180))["REDIS_URL"]
    for url in (one, two, load(tmp_path / "short")["REDIS_URL"]):
        path = url.removeprefix("unix://").removesuffix("?db=0")
        assert len(path.encode()) <= 107, "the system cuts it there without a word"
    assert one != two, "two desks, two servers"


def test_only_this_module_reads_the_environment() -> None:
    root = Path(config.__file__).parent
    folders = ("blueprints", "channels", "jobs", "models", "rules", "services", "speech")
    files = [*root.glob("*.py"), *(path for folder in folders for path in (root / folder).rglob("*.py"))]
    reads = re.compile(r"\benvironb?\b|\bgetenvb?\b")  # the word, not the environment of a template or in a sentence
    readers = {str(path.relative_to(root)) for path in files if reads.search(path.read_text())}
    assert readers == {"config.py"}
