"""Who reads, told to the service worker with each answer: it keeps a customer's pages on his device, and wipes them as
soon as an answer is for somebody else (docs/adr/0005-offline.md)."""

from flask import Flask, Response, current_app, request

from blueprints._web import me

HEADER = "Desk-Reader"
COOKIE = "reader"  # says the same to a worker that can't ask; lives as long as the session, opens nothing
REMEMBERED_SECONDS = 31_536_000
NOBODYS = {"pwa.asset", "pwa.favicon", "pwa.manifest", "pwa.service_worker", "static", None}


def init_app(app: Flask) -> None:
    @app.after_request
    def tell(answer: Response) -> Response:
        # A failing desk knows nobody, and other sites' forms come without cookies: neither says that he has left.
        if request.endpoint not in NOBODYS and answer.status_code < 500 and not _is_foreign_form():
            _tell(answer)
        return answer


def _is_foreign_form() -> bool:
    return request.method != "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _tell(answer: Response) -> None:
    person = me()
    if not person.is_authenticated or person.is_staff:
        answer.headers[HEADER] = "staff" if person.is_authenticated else "guest"
        if COOKIE in request.cookies:
            answer.delete_cookie(COOKIE, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"])
        return
    is_remembered = current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies
    reader = f"{person.id}.{person.device_id}{'!' if is_remembered else ''}"
    answer.headers[HEADER] = reader
    if request.cookies.get(COOKIE) != reader:
        answer.set_cookie(
            COOKIE,
            reader,
            max_age=REMEMBERED_SECONDS if is_remembered else None,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
