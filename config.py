"""Every setting of the desk, once: its name, its default, how it is read and what it means.

Only this module reads the environment, and only `create_app` calls `load`.
`docs/settings.md` says the same to the operator; a test keeps the two equal.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit


class BadSetting(SystemExit):
    """A setting that the desk can't start with. Its text names the variable and says what it must be."""


@dataclass(frozen=True)
class Setting:
    """One variable: `parse` turns its text into a value and raises ValueError on nonsense."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("1 or 0")


def _words(text: str) -> list[str]:
    if not text:
        return []
    words = json.loads(text)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError('a JSON list of words, such as ["да", "нет"]')
    return words


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("a number above 0")
    return number


def _count_or_none(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("0 or a number above it")
    return number


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("a colour such as #6a3bd0")
    return text.lower()


def _clamd(text: str) -> str:
    parts = urlsplit(text)
    if text and not (parts.scheme == "unix" and parts.path) and not (parts.scheme == "tcp" and parts.hostname):
        raise ValueError("tcp://host:3310 or unix:///run/clamav/clamd.ctl")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("an address such as https://desk.example")
    return text.rstrip("/")


SETTINGS = (
    Setting("DATA_DIR", "var", str, "Folder of everything the desk keeps on this machine."),
    Setting("DATABASE_URL", "", str, "SQLAlchemy address; empty: sqlite:///$DATA_DIR/desk.db."),
    Setting("REDIS_URL", "", str, "Redis for jobs and limits; empty: the embedded one under DATA_DIR."),
    Setting("STORAGE_URL", "", str, "Where attachments are kept; empty: file:///$DATA_DIR/files."),
    Setting("S3_ENDPOINT_URL", "", str, "Address of an S3 server that is not Amazon's. Not used yet."),
    Setting("CLAMD_URL", "", _clamd, "ClamAV: tcp://host:3310 or unix:///path; empty: files are not scanned."),
    Setting("HOST", "127.0.0.1", str, "Address that the web server listens on."),
    Setting("PORT", "8000", int, "Port that the web server listens on; 0: any free one."),
    Setting("WORKERS", "2", int, "Web server processes."),
    Setting("SECRET_KEY", "", str, "Signs sessions and links; empty: made once in DATA_DIR (not on https)."),
    Setting("PUBLIC_URL", "", str, "Address that people type and letters link to; https means production."),
    Setting("SITE_NAME", "Отклик", str, "The product's name on pages and in letters."),
    Setting("BRAND_COLOR", "#6a3bd0", _colour, "The operator's colour, #rrggbb: buttons, links, letters, app."),
    Setting("LEGAL_NAME", "ООО «НАГ»", str, "Owner of the desk in footers and letters."),
    Setting("CODE_IN_LETTERS", "1", _flag, "0: letters leave the authorization code out."),
    Setting("MAIL_URL", "", str, "smtp://user:pass@host:port or smtps://…; empty: files in $DATA_DIR/mail."),
    Setting("MAIL_FROM", "nag-support <support@desk.example>", str, "Sender of every letter."),
    Setting("MAIL_REPLY_TO", "", str, "Mailbox for answers; a signed token is put before its @. Empty: none."),
    Setting("MAIL_AT_ONCE", "4", int, "Letters on their way at once, all workers together."),
    Setting("MAIL_A_MINUTE", "0", int, "Letters in a minute, all workers together; 0: as many as there are."),
    Setting("PUSH_AT_ONCE", "8", int, "Pushes on their way at once, all workers together."),
    Setting("PUSH_A_MINUTE", "0", int, "Pushes in a minute, all workers together; 0: as many as there are."),
    Setting(
        "LETTERS_GATHERED_SECONDS", "60", int, "For how long after a letter the next ones of its ticket are gathered."
    ),
    Setting("IMAP_URL", "", str, "Mailbox that answers are read from. Not used yet."),
    Setting("TELEGRAM_TOKEN", "", str, "Token of the Telegram bot. Not used yet."),
    Setting("TELEGRAM_API_URL", "https://api.telegram.org", str, "Address of the Bot API. Not used yet."),
    Setting("VAPID_PRIVATE_KEY", "", str, "Web push key (PEM file or base64url); empty: made once in DATA_DIR."),
    Setting("VAPID_SUBJECT", "mailto:support@desk.example", str, "Whom a push service may write to."),
    Setting("PUSH_HOSTS", "", str, "Push service hosts allowed beside the known ones, by comma (tests)."),
    Setting("VOSK_MODEL", "", str, "Folder of the speech model; empty: the installed one under DATA_DIR."),
    Setting("VOSK_HINTS", "", _words, "JSON list of the only words to hear; for tests, small vocabularies."),
    Setting("SPEECH_MODELS_URL", "https://alphacephei.com/vosk/models", _origin, "Where models are fetched."),
    Setting("SPEECH_INSTALL", "auto", str, "auto: a missing speech model is fetched after the start; off: it is not."),
    Setting("SPEECH_WORKERS", "1", _count, "Processes that recognize speech; each has the model in memory."),
    Setting("SPEECH_MAX_MINUTES", "60", _count, "Minutes of a recorded file that are recognized."),
    Setting("LIVE_SPEAKERS", "2", _count_or_none, "People who see their words while they speak, at once; 0: nobody."),
    Setting("RECORDING_SECONDS", "300", _count, "Seconds that a voice note recorded in the page may last."),
    Setting("METRICS_TOKEN", "", str, "Bearer token for /metrics from elsewhere; empty: this machine only."),
    Setting("PROXIES", "0", int, "Trusted proxies in front that add X-Forwarded-For and -Proto."),
    Setting("DEMO", "1", _flag, "1: the demo desk and its mailbox page; refused on https."),
)


def load(environ: Mapping[str, str] = os.environ, **overrides: Any) -> dict[str, Any]:
    """Return all settings by name, defaults filled in and paths made absolute.

    `overrides` win over the environment. Raises BadSetting with the variable's name.
    Makes DATA_DIR and, outside production, a SECRET_KEY in it.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environ.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.parse(text)
        except ValueError as error:
            raise BadSetting(f"{setting.name}={text!r}: must be {error}. {setting.help}") from error
    values.update(overrides)
    _fill_paths(values)
    _refuse_unsafe(values)
    return values


def _fill_paths(values: dict[str, Any]) -> None:
    folder = Path(values["DATA_DIR"]).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database and the letters in it are nobody else's
    values["DATA_DIR"] = str(folder)
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{folder}/desk.db"
    values["REDIS_URL"] = values["REDIS_URL"] or f"unix://{quote(str(_redis_socket(folder)))}?db=0"
    values["STORAGE_URL"] = values["STORAGE_URL"] or f"file://{folder}/files"
    values["MAIL_URL"] = values["MAIL_URL"] or f"file://{folder}/mail"
    values["PUBLIC_URL"] = _public(values["PUBLIC_URL"]) or f"http://{values['HOST']}:{values['PORT']}"


def _public(address: str) -> str:
    """Return the address as everything compares it: «HTTPS://desk.example/» is production too."""
    scheme, colon, rest = address.strip().rstrip("/").partition("://")
    return f"{scheme.lower()}{colon}{rest}"


def _redis_socket(folder: Path) -> Path:
    """Return where the embedded Redis listens: in the data folder, or in /tmp when that name is too long for a socket
    (the system cuts it at 107 bytes without a word). Not where TMPDIR says: every process must look in one place."""
    socket = folder / "redis" / "redis.sock"
    if len(str(socket).encode()) <= 100:
        return socket
    return Path("/tmp") / f"otklik-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}" / "redis.sock"  # noqa: S108 - made private by bin/embedded_redis.py


def _refuse_unsafe(values: dict[str, Any]) -> None:
    production = values["PUBLIC_URL"].startswith("https://")
    if production and values["DEMO"]:
        raise BadSetting("DEMO: must be 0 when PUBLIC_URL is https: the demo desk's passwords are public.")
    if production and len(values["SECRET_KEY"]) < 32:
        raise BadSetting("SECRET_KEY: must be 32 characters or more when PUBLIC_URL is https.")
    if not values["SECRET_KEY"]:
        values["SECRET_KEY"] = _kept_secret(Path(values["DATA_DIR"]) / "secret_key")


def _kept_secret(path: Path) -> str:
    """Return the secret kept in `path`, made once. A whole file is linked to its name, so of processes that start at
    once none reads half of it, and all agree on one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text().strip()
