"""What the pages of the knowledge base and those where it is written share."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from blueprints import _words
from blueprints._web import Form
from models import KbArticle, KbFile
from rules.errors import DeskError
from services import files, knowledge
from services.storage import Stored


@dataclass(frozen=True, slots=True)
class ShownFile:
    public_id: str
    name: str
    size: str
    is_image: bool

    @property
    def href(self) -> str:
        return f"/kb/files/{self.public_id}"


def may_edit() -> bool:
    """Tell whether the reader sees drafts."""
    return bool(current_user.is_authenticated and current_user.is_admin)


def shown_file(file: KbFile) -> ShownFile:
    is_image = files.kind(file.content_type) == "image"
    return ShownFile(file.public_id, file.name, _words.size_text(file.size), is_image)


def enclosed(article: KbArticle) -> list[ShownFile]:
    """Return the article's files but for the pictures that stand in its text already."""
    shown = [shown_file(file) for file in knowledge.files(article_id=article.id)]
    return [file for file in shown if file.href not in article.body_html]


def stored() -> tuple[Form, list[tuple[Stored, str]]]:
    """Store the files of the form before any transaction, and say what is wrong with any of them."""
    form, done, faults = Form(), list[tuple[Stored, str]](), list[str]()
    for upload in request.files.getlist("files")[: files.MAX_FILES]:
        if not upload.filename:
            continue
        try:
            done.append((files.store(upload.stream), upload.filename))
        except DeskError as error:
            faults.append(_words.error_text(error.code, **{**error.values, "name": upload.filename}))
    if not done and not faults:
        faults.append(_words.error_text("required"))
    if faults:
        form.errors["files"] = " ".join(faults)
    return form, done


def to_section(section_id: int | None) -> BaseResponse:
    """Lead to where a section is written; None: to the outermost ones."""
    if section_id is None:
        return redirect(url_for("admin_kb.index"), 303)
    return redirect(url_for("admin_kb.section", section_id=section_id), 303)
