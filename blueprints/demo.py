"""The demo mailbox: what the desk's letters look like, without a mail server. Only where DEMO is on."""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for

from blueprints._web import Answer, found
from channels import mailbox

bp = Blueprint("demo", __name__, url_prefix="/demo")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-top-navigation"


def _folder() -> Path | None:
    return mailbox.folder_of(current_app.config["MAIL_URL"])


@bp.get("/mail")
def mail() -> Answer:
    folder = _folder()
    letters = mailbox.letters(folder, limit=60) if folder else []
    shown = [
        {
            "id": letter.id,
            "to": letter.to,
            "subject": letter.subject,
            "at": letter.at,
            "text": letter.text,
            "html_url": url_for("demo.letter", letter_id=letter.id),
        }
        for letter in letters
    ]
    return render_template("demo/mail.html", letters=shown)


@bp.get("/mail/<string(maxlength=200):letter_id>.html")
def letter(letter_id: str) -> Answer:
    """The HTML part as a mail program would show it, boxed in so that it can't act as a page of ours."""
    folder = _folder()
    shown = mailbox.letter(folder, letter_id) if folder else None
    answer = Response(found(shown).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer
