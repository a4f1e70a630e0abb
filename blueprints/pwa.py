"""What the installed app needs at the root: the service worker, the manifest, the offline page (S106)."""

import json
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template

from blueprints import _web
from blueprints._web import Answer

bp = Blueprint("pwa", __name__)


@bp.get("/sw.js")
def service_worker() -> Answer:
    """The worker is told the fingerprint of the shell, so that a new one replaces it and its cache."""
    script = (Path(current_app.static_folder or "") / "sw.js").read_text()
    answer = Response(script.replace("__VERSION__", _web.release()), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/manifest.json")
def manifest() -> Answer:
    """The file's skeleton with the operator's name."""
    values = json.loads((Path(current_app.static_folder or "") / "manifest.json").read_text())
    values["name"] = values["short_name"] = current_app.config["SITE_NAME"]
    answer = Response(json.dumps(values, ensure_ascii=False), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/offline")
def offline() -> Answer:
    return render_template("offline.html")


@bp.get("/install")
def install() -> Answer:
    return render_template("install.html")


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
