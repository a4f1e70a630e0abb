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
    version = f"{_web.fingerprint('app.css')}{_web.fingerprint('js/app.js')}"
    answer = Response(script.replace("__VERSION__", version), mimetype="text/javascript")
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


@bp.get("/static/app.css")
def stylesheet() -> Answer:
    answer = Response(_web.stylesheet(), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@bp.get("/favicon.ico")
def favicon() -> Answer:
    return current_app.send_static_file("icons/favicon.ico")
