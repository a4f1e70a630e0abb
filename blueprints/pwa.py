"""What the installed app needs at the root: the service worker, the manifest, the offline page (S106)."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from blueprints import _web
from blueprints._web import Answer
from services import settings

bp = Blueprint("pwa", __name__)

NOT_OFFLINE = ("vendor/altcha",)  # signing in needs the network anyway
SHELL_ICONS = ["icons/sprite.svg", "icons/app.svg", "icons/icon-192.png", "icons/badge-96.png"]


def _static() -> Path:
    return Path(current_app.static_folder or "")


@bp.get("/sw.js")
def service_worker() -> Answer:
    """The worker is told the fingerprint of the shell and its files, so that a new one replaces it and its cache."""
    script = (_static() / "sw.js").read_text().replace("__VERSION__", _web.release())
    answer = Response(script.replace("__SHELL__", json.dumps(_shell_files())), mimetype="text/javascript")
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
    values["theme_color"] = current_app.config["BRAND_COLOR"]
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
    if path == "app.css":
        answer = Response(_web.stylesheet(), mimetype="text/css")
    else:
        answer = current_app.send_static_file(path)
    lasting = name == _web.release()
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return answer


@bp.get("/favicon.ico")
def favicon() -> Answer:
    return current_app.send_static_file("icons/favicon.ico")
