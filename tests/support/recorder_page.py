"""The recorder's page and a desk behind it that keeps voice notes in memory and does what a test tells it.

    with RecorderPage() as page:
        page.answers.append(503)            # what the next POST /voice-notes gets; empty: 201
        page.stages = [{"state": "working", "percent": 40}, {"state": "done", "text": "да"}]    # POST, then each GET
        browser.goto(page.url)              # ?htmx sends the form by htmx, ?seconds=3 shortens the limit
        page.uploads[0].client_id, page.sent[0]["voice_note_ids"]

Templates, style and scripts are the product's own.
"""

import gettext
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from flask import Flask, Response, jsonify, redirect, render_template, render_template_string, request, session
from markupsafe import Markup
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response as BaseResponse

from blueprints._waveform import path

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="{{ locale }}"><head><meta charset="utf-8"><title>Recorder</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="csrf-token" content="{{ csrf_token() }}">
<meta name="htmx-config" content='{"includeIndicatorCSS": false}'>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/app.css">
<script src="{{ asset('vendor/htmx.min.js') }}" defer></script>
<script src="{{ asset('js/app.js') }}" type="module"></script>
</head><body><main class="main main--narrow">{{ form }}{{ notes }}</main></body></html>"""
FORM = """<form class="form" id="form" method="post" action="/send"
{% if htmx %} hx-post="/send" hx-swap="outerHTML"{% endif %}>
<div class="field"><label class="field__label" for="description">{{ _('Description') }}</label>
<textarea class="input input--area" id="description" name="description" rows="3"></textarea></div>
{% include 'shared/_recorder.html' %}
<button class="button button--primary" type="submit">{{ _('Create') }}</button></form>
{% if htmx %}
<button type="button" hx-get="/form?htmx" hx-target="#form" hx-swap="outerHTML">Other</button>
{% endif %}"""


@dataclass
class Upload:
    """One POST /voice-notes as it arrived."""

    client_id: str
    audio: bytes
    content_type: str
    file_name: str
    is_recorded: bool
    status: int


class Blank(dict[str, str]):
    """A form's values or errors of which none is set."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass
class RecorderPage:
    """The server, on a free port of this machine while it is entered."""

    translations: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    locale: str = "en"
    answers: deque[int] = field(default_factory=deque)
    stages: list[dict[str, Any]] = field(default_factory=lambda: [{"state": "done", "text": "one two"}])
    uploads: list[Upload] = field(default_factory=list)
    sent: list[dict[str, list[str]]] = field(default_factory=list)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed_in: bool = True
    url: str = ""

    def __enter__(self) -> Self:
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("recorder_page", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
        app.secret_key = "a page of the tests"
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 600  # a page that is opened again loads nothing again
        app.jinja_env.add_extension("jinja2.ext.i18n")
        app.jinja_env.install_gettext_translations(self.translations, newstyle=True)  # type: ignore[attr-defined]
        app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
        app.jinja_env.globals.update(
            asset=lambda path: f"/static/{path}",
            csrf_token=lambda: "fresh" if session.get("again") else "first",
            own_email=lambda: "client@romashka.example",
            locale=self.locale,
        )
        for rule, view, methods in (
            ("/", self._page, ["GET"]),
            ("/form", self._form, ["GET"]),
            ("/app.css", self._style, ["GET"]),
            ("/sw.js", self._worker, ["GET"]),
            ("/login", self._login, ["GET", "POST"]),
            ("/voice-notes", self._receive, ["POST"]),
            ("/voice-notes/<key>", self._note, ["GET"]),
            ("/voice-notes/<key>/audio", self._audio, ["GET"]),
            ("/send", self._send, ["POST"]),
        ):
            app.add_url_rule(rule, view.__name__, view, methods=methods)
        app.after_request(self._policy)
        return app

    def _policy(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    def _page(self) -> str:
        sent = {key for form in self.sent for key in form["voice_note_ids"]}
        notes = [render_template("voice_notes/_note.html", note=self._shown(key)) for key in self.notes if key in sent]
        return render_template_string(PAGE, form=self._form_markup(), notes=Markup("".join(notes)))

    def _form(self) -> str:
        return str(self._form_markup())

    def _form_markup(self, voice_notes: list[SimpleNamespace] | None = None) -> Markup:
        values = {"target": "description", "voice_notes": voice_notes or [], "htmx": "htmx" in request.args}
        seconds = request.args.get("seconds", 300, int)
        return Markup(render_template_string(FORM, max_seconds=seconds, **values))

    def _style(self) -> Response:
        folder = ROOT / "static/css"
        parts = [folder / name for name in (folder / "parts.txt").read_text().split()]
        return Response("\n".join(part.read_text() for part in parts if part.exists()), mimetype="text/css")

    def _worker(self) -> Response:
        return Response("", mimetype="text/javascript")

    def _login(self) -> str | BaseResponse:
        if request.method == "POST":
            self.signed_in = session["again"] = True
            return redirect("/")
        login = SimpleNamespace(values=Blank(), errors=Blank(), error="")
        return render_template("session/_dialog.html", login=login, code=login, asks_proof=False)

    def _receive(self) -> tuple[Response, int]:
        audio = request.files["audio"]
        status = self.answers.popleft() if self.answers else 201
        if not self.signed_in:
            status = 401
        elif request.headers["X-CSRF-Token"] != ("fresh" if session.get("again") else "first"):
            status = 400
        client_id = request.form["client_id"]
        is_recorded = request.form.get("recorded") == "1"
        upload = Upload(client_id, audio.stream.read(), audio.mimetype, audio.filename or "", is_recorded, status)
        self.uploads.append(upload)
        if status != 201:
            return jsonify(error="This is not a recording that we can play."), status
        key = f"note-{client_id}"
        if key not in self.notes:
            self.notes[key] = {"upload": upload, "left": list(self.stages)}
            self._advance(key)
        return jsonify(self._told(key)), 201

    def go_on(self) -> None:
        """Let the notes that are there go through `stages` from now on."""
        for note in self.notes.values():
            note["left"] = list(self.stages)

    def _advance(self, key: str) -> None:
        note = self.notes[key]
        if note["left"]:
            note.update({"percent": 0, "text": ""} | note["left"].pop(0))

    def _note(self, key: str) -> Response | str | tuple[str, int]:
        if key not in self.notes:
            return "", 404
        self._advance(key)
        if request.accept_mimetypes.best == "application/json":
            return jsonify(self._told(key))
        return render_template("voice_notes/_note.html", note=self._shown(key))

    def _told(self, key: str) -> dict[str, Any]:
        note = self.notes[key]
        is_sent = any(key in form["voice_note_ids"] for form in self.sent)
        told = {name: note[name] for name in ("state", "percent", "text")}
        told |= {"wave": path([20, 90, 40]) if note["state"] == "done" else "", "copy_url": None}
        told |= {name: note.get(name, "") for name in ("error", "cut_words")}
        return {"id": key, "words": [], "url": f"/voice-notes/{key}/audio", "duration": "0:02", "sent": is_sent} | told

    def _shown(self, key: str) -> SimpleNamespace:
        told = self._told(key)
        shown = {name: told[name] for name in ("id", "url", "state", "percent", "text", "wave")}
        told_too = {"fault": told["error"], "cut": told["cut_words"], "is_playable": True}
        playing = {"duration_text": "0:02", "seconds": 2, "content_type": "audio/webm", "copy_url": ""}
        return SimpleNamespace(**shown, **told_too, **playing)

    def _audio(self, key: str) -> Response:
        upload: Upload = self.notes[key]["upload"]
        return Response(upload.audio, mimetype=upload.content_type)

    def _send(self) -> str | BaseResponse:
        form = {name: request.form.getlist(name) for name in ("description", "voice_note_ids")}
        if form["description"] == ["refuse"]:
            return str(self._form_markup([self._shown(key) for key in form["voice_note_ids"]]))
        self.sent.append(form)
        return str(self._form_markup()) if "HX-Request" in request.headers else redirect("/?sent", 303)
