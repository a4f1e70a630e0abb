"""What the installed app needs at the root: the service worker, the manifest, the offline page (S106)."""

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

import brotli
from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.security import safe_join

from blueprints import _brand, _web
from blueprints._web import Answer
from services import settings

bp = Blueprint("pwa", __name__)

NOT_OFFLINE = ("vendor/altcha",)  # signing in needs the network anyway
PRESSED, LARGE = {".css", ".js", ".svg"}, 200_000  # bytes from which the best is too slow
SHELL_ICONS = ["icons/sprite.svg", "icons/app.svg", "icons/icon-192.png", "icons/badge-96.png"]


def _static() -> Path:
    return Path(current_app.static_folder or "")


@bp.get("/sw.js")
def service_worker() -> Answer:
    """The worker is told the fingerprint of the shell and its files, so that a new one replaces it and its cache."""
    script = (_static() / "sw.js").read_text().replace("__VERSION__", _web.release())
    answer = Response(
        script.replace("__SHELL__", json.dumps([*_shell_files(), *_brand.files()])), mimetype="text/javascript"
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@lru_cache
def _shell_files() -> list[str]:
    """Return every script that a page may load: offline, the one that was never needed before can't be fetched."""
    scripts = [file.relative_to(_static()).as_posix() for file in _static().rglob("*.js")]
    worker = {"sw.js", *(f"sw/{file.name}" for file in (_static() / "sw").glob("*.js"))}
    kept = [path for path in scripts if path not in worker and not path.startswith(NOT_OFFLINE)]
    return ["app.css", *sorted(kept), *SHELL_ICONS]


@bp.get("/manifest.json")
def manifest() -> Answer:
    """The file's skeleton with the operator's name and colour, its pictures at this release's addresses."""
    values = json.loads((_static() / "manifest.json").read_text())
    values["name"] = values["short_name"] = settings.text("site_name")
    values["theme_color"] = settings.text("brand_color")
    answer = Response(json.dumps(_released(values), ensure_ascii=False), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _released(value: Any) -> Any:
    """Give every picture in it the address under which it may be kept for ever."""
    if isinstance(value, list):
        return [_released(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _web.asset(one.removeprefix("/static/")) if key == "src" else _released(one) for key, one in value.items()
    }


@bp.get("/offline")
def offline() -> Answer:
    return render_template("offline.html")


PLATFORMS = ("android", "ios", "desktop")


@bp.get("/install")
def install() -> Answer:
    """Show how to put the app on each platform, the reader's own first (S106)."""
    own = _platform(request.headers.get("User-Agent", ""))
    return render_template("install.html", platforms=sorted(PLATFORMS, key=lambda name: name != own), own=own)


def _platform(agent: str) -> str:
    if "iPhone" in agent or "iPad" in agent or "iPod" in agent:
        return "ios"
    return "android" if "Android" in agent else "desktop"


@bp.get("/static/r-<name>/<path:path>")
def asset(name: str, path: str) -> Answer:
    """A static file of a release. An old page that asks for an older one gets today's, and asks again next time."""
    lasting = name == _web.release()
    takes_brotli = request.accept_encodings.quality("br") > 0 and not request.range
    if lasting and takes_brotli and not current_app.debug and (pressed := _pressed(path)):
        kind = mimetypes.guess_type(path)[0]
        answer = Response(pressed, mimetype=kind, headers={"Content-Encoding": "br"})
    elif path == "app.css":
        answer = Response(_web.stylesheet(), mimetype="text/css")
    elif brand := _brand.sheet(path):
        answer = Response(brand, mimetype="text/css")
    else:
        answer = current_app.send_static_file(path)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return answer


@lru_cache(maxsize=512)
def _pressed(path: str) -> bytes:
    """Return a text of the release as small as Brotli makes it, once a process: a quarter less than what a page gets, that
    is made anew each time. Empty: it is none, or there is none."""
    if Path(path).suffix not in PRESSED:
        return b""
    if path == "app.css":
        text = _web.stylesheet()
    else:
        file = safe_join(str(current_app.static_folder), path)
        if file is None or not Path(file).is_file():
            return b""
        text = Path(file).read_bytes()
    pressed: bytes = brotli.compress(text, quality=11 if len(text) < LARGE else 9)
    return pressed


@bp.get("/favicon.ico")
def favicon() -> Answer:
    return current_app.send_static_file("icons/favicon.ico")
