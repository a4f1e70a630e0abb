"""Files of tickets, served so that none of them can run as a page of ours."""

from flask import Blueprint
from flask_login import login_required

from blueprints import _files
from blueprints._web import Answer, found, me
from services import files

bp = Blueprint("attachments", __name__)


@bp.get("/attachments/<public_id>")
@login_required
def show(public_id: str) -> Answer:
    file = found(files.visible(public_id, me()))
    inline = file.content_type.startswith(files.SHOWN_INLINE)
    return _files.send(file.sha256, file.content_type, file.name, inline=inline)
