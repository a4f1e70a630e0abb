"""Answers to a page's outbox (static/js/outbox-core.js), which sends what waited for a network and reads JSON."""

from flask import jsonify, request, url_for

from blueprints._web import Answer

# Why a comment is held back (rules/errors.py): what its author is offered depends on it.
KINDS = {"closed_no_comment": "closed", "overtaken": "overtaken"}


def wanted() -> bool:
    """Tell whether the outbox asks: it alone wants JSON where others get a page."""
    return request.accept_mimetypes.best == "application/json"


def is_late() -> bool:
    """Tell whether this was written some time ago, and its author has not looked at the ticket since."""
    return request.form.get("from_outbox") == "1"


def taken(number: int) -> Answer:
    """Answer that the ticket `number` has it now."""
    answer = jsonify(number=number, address=url_for("tickets.show", number=number))
    answer.status_code = 201
    return answer


def refused(status: int, reason: str, kind: str = "form") -> Answer:
    """Answer why it was not taken: `kind` for the script, `reason` for its author, in his language."""
    answer = jsonify(kind=kind, reason=reason)
    answer.status_code = status
    return answer
