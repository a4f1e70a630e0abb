"""From a delivery to a letter: words and layout from templates/email, headers that thread (contract section 5).

Templates of a ticket: opened, comment, status. Of an account: confirm_registration {token}, access_granted,
reset_password {token}, staff_invitation {token}, new_device {device, at, by}, taken, email_changed {old, new}.
Each is a pair of a .txt, whose block `subject` is the subject, and a .html.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from flask import current_app
from flask_babel import force_locale, get_locale

from channels.errors import SendError
from channels.letter_thread import Thread, load
from channels.wording import moment, sign_in_way, status_words
from extensions import db
from models import Delivery, Person
from rules.calendar import YEKATERINBURG
from services import people, seals, settings

OF_TICKET = {"opened", "comment", "status"}
OF_ACCOUNT = {
    *("confirm_registration", "access_granted", "reset_password", "staff_invitation"),
    *("new_device", "taken", "email_changed"),
}
REPLY = "reply address"
MAC_CHARS = 20  # 80 bits in hex: the whole local part must stay under 64 characters (RFC 5321 4.5.3.1.1)
LOCAL = re.compile(r"[!-~]{1,64}")  # what stands before the @; other alphabets need SMTPUTF8, few servers have it
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


def render(delivery: Delivery) -> EmailMessage:
    """Return the letter, the same for every repeat of the delivery: its Message-ID is made of the delivery's key.

    Raises SendError(permanent=True) when there is nothing to render any more, or no usable address.
    """
    person = db.session.get(Person, delivery.person_id)
    if person is None or delivery.template not in OF_TICKET | OF_ACCOUNT:
        raise SendError(permanent=True, reason=f"no reader or no template {delivery.template!r}")
    thread = _thread(delivery)
    letter = EmailMessage()
    letter["From"] = sender()
    letter["To"] = _address(delivery.target or person.email)
    with force_locale(person.locale or "ru"):
        subject, text, html = _words(delivery, person, thread)
    letter["Subject"] = subject
    letter["Date"] = delivery.created_at
    letter["Message-ID"] = f"<{id_of(delivery.key)}@{_host()}>"
    letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # no «я в отпуске» as an answer to a ticket
    if thread is not None:
        _put_into_thread(letter, thread, person)
    if thread is None or thread.is_robots:
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834
    letter.set_content(text, cte="base64")
    letter.add_alternative(html, subtype="html", cte="base64")
    return letter


def _thread(delivery: Delivery) -> Thread | None:
    if delivery.template not in OF_TICKET:
        return None
    thread = load(delivery.event_id or 0)
    told = thread.status if delivery.template == "status" else thread.new
    if told is None:
        raise SendError(permanent=True, reason=f"event {delivery.event_id} has nothing public to tell")
    return thread


def _put_into_thread(letter: EmailMessage, thread: Thread, person: Person) -> None:
    """Let mail clients show the letters of a ticket together, and answers find it and their author."""
    root = f"<ticket-{thread.number}@{_host()}>"
    letter["In-Reply-To"] = root
    letter["References"] = root
    name, mailbox = parseaddr(current_app.config["MAIL_REPLY_TO"])
    if mailbox:
        local, _, domain = mailbox.rpartition("@")
        address = f"{local}+{reply_token(thread.number, person.id)}@{domain}"
        letter["Reply-To"] = Address(name or sender().display_name, addr_spec=address)


def reply_token(number: int, person_id: int) -> str:
    """Return what an answer's address proves: this person on this ticket, «152875-17-0f3a…».

    Only lower case letters, digits and dashes: some servers on the way change the case of an address.
    """
    return f"{number}-{person_id}-{_mac(number, person_id)}"


def read_reply_token(token: str) -> tuple[int, int] | None:
    """Return (ticket number, person id) of a token that we made, else None. The case of its letters is ignored."""
    found = re.fullmatch(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,17})-([0-9a-f]+)", token.strip().lower(), re.ASCII)
    if found is None:
        return None
    number, person_id = int(found[1]), int(found[2])
    return (number, person_id) if hmac.compare_digest(found[3], _mac(number, person_id)) else None


def _mac(number: int, person_id: int) -> str:
    return seals.keyed_digest(f"{number}-{person_id}", REPLY)[:MAC_CHARS]


def sender() -> Address:
    """Return whom every letter comes from (S14, S60: `nag-support`)."""
    name, mailbox = parseaddr(current_app.config["MAIL_FROM"])
    return Address(name, addr_spec=mailbox)


def _host() -> str:
    return sender().domain


def id_of(key: str) -> str:
    """Return a delivery's key as it may stand in a Message-ID and a file's name; two keys never become one."""
    plain = NOT_IN_AN_ID.sub("_", key)
    return plain if plain == key else f"{plain}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _address(text: str) -> Address:
    """Return the reader's address, a domain such as «почта.рф» in its ASCII form. Raises SendError on nonsense."""
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
        if not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(domain):
            raise ValueError(text)
        return Address("", local, domain)
    except ValueError as error:
        raise SendError(permanent=True, reason=f"not an e-mail address: {text!r}") from error


def _words(delivery: Delivery, person: Person, thread: Thread | None) -> tuple[str, str, str]:
    """Return subject, text and HTML in the locale in force."""
    values = _values(delivery, person, thread)
    text = current_app.jinja_env.get_template(f"email/{delivery.template}.txt")
    html = current_app.jinja_env.get_template(f"email/{delivery.template}.html")
    subject = "".join(text.blocks["subject"](text.new_context(values)))
    return " ".join(subject.split()), text.render(values).strip() + "\n", html.render(values)


def _values(delivery: Delivery, person: Person, thread: Thread | None) -> dict[str, Any]:
    config = current_app.config
    return {
        "site_url": config["PUBLIC_URL"],
        "site_name": settings.text("site_name"),
        "legal_name": settings.text("legal_name"),
        "year": settings.text("copyright_year") or datetime.now(YEKATERINBURG).year,  # S132
        "locale": str(get_locale()),
        "person": person,
        "shows_code": person.is_contact and settings.flag("code_in_letters") and _is_to(person, delivery),
        "code": "" if delivery.template == "confirm_registration" else people.code_of(person),  # S16: none yet
        "data": delivery.data,
        "thread": thread,
        "status": status_words(thread.status, thread.until) if thread is not None and thread.status else "",
        "way": sign_in_way(delivery.data.get("by", "")),
        "instant": _instant,
        "moment": moment,
    }


def _is_to(person: Person, delivery: Delivery) -> bool:
    """Tell whether the letter goes where its reader is now: his former mailbox is not told his code (D12)."""
    return delivery.target in {"", person.email}


def _instant(text: str) -> datetime:
    """Read a moment out of the delivery's data."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
