"""From a delivery to a letter: headers that thread, that let its reader answer and leave (contract section 5).

Templates of a ticket: opened, comment, status, reminder, deadline; of several: digest. Of an account: confirm_registration
{token}, access_granted, reset_password {token}, staff_invitation {token}, new_device {device, at, by}, taken,
email_changed {old, new}. Their words and looks: `channels.letter_words`.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from flask import current_app
from flask_babel import force_locale

from channels.errors import SendError
from channels.letter_thread import Thread, load, load_gathered
from channels.letter_words import worded
from extensions import db
from models import Delivery, Person, Ticket
from services import holding, seals, unsubscriptions
from services.unsubscriptions import Leave, Of

OF_TICKET = {"opened", "comment", "status", "reminder", "deadline"}
OF_ACCOUNT = {
    *("confirm_registration", "access_granted", "reset_password", "staff_invitation"),
    *("new_device", "taken", "email_changed"),
}
DIGEST = "digest"
WEIGHT = {"opened": 0, "comment": 1}  # which of several a letter is called after; any other weighs more
REPLY = "reply address"
MAC_CHARS = 20  # 80 bits in hex: the whole local part must stay under 64 characters (RFC 5321 4.5.3.1.1)
LOCAL = re.compile(r"[!-~]{1,64}")  # what stands before the @; other alphabets need SMTPUTF8, few servers have it
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True)
class Told:
    """What a letter is about: by which template, which tickets, which events of them."""

    template: str
    threads: Sequence[Thread] = ()
    event_ids: Sequence[int] = ()


def render(delivery: Delivery) -> EmailMessage:
    """Return the letter, the same for every repeat of the delivery: its Message-ID is made of the delivery's key.

    Raises SendError(permanent=True) when there is nothing to render any more, or no usable address.
    """
    person = db.session.get(Person, delivery.person_id)
    if person is None or delivery.template not in OF_TICKET | OF_ACCOUNT:
        raise SendError(permanent=True, reason=f"no reader or no template {delivery.template!r}")
    told = _told(delivery)
    letter = EmailMessage()
    letter["From"] = sender()
    letter["To"] = _address(delivery.target or person.email)
    with force_locale(person.locale or "ru"):
        subject, text, html = worded(told.template, person, told.threads, delivery.data, to=delivery.target)
    letter["Subject"] = subject
    letter["Date"] = delivery.created_at
    letter["Message-ID"] = f"<{id_of(delivery.key)}@{_host()}>"
    letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # no «я в отпуске» as an answer to a ticket
    if told.event_ids:
        letter["X-Ticket-Events"] = " ".join(map(str, told.event_ids))
        _let_leave(letter, _leave(told, person))
    if len(told.threads) == 1:
        _put_into_thread(letter, told.threads[0], person)
    if len(told.threads) != 1 or told.threads[0].is_robots:
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834
    letter.set_content(text, cte="base64")
    letter.add_alternative(html, subtype="html", cte="base64")
    return letter


def _told(delivery: Delivery) -> Told:
    if delivery.template not in OF_TICKET:
        return Told(delivery.template)
    rows = [row for row in holding.members(delivery.id) if row.event_id is not None]
    if len(rows) <= 1:
        return Told(delivery.template, [_thread(delivery)], [delivery.event_id or 0])
    by_ticket: dict[int, list[Delivery]] = {}
    for row in rows:
        by_ticket.setdefault(row.event.ticket_id if row.event else 0, []).append(row)
    told = [_gathered(of_ticket) for of_ticket in by_ticket.values()]
    event_ids = [event_id for one in told for event_id in one.event_ids]
    return Told(told[0].template if len(told) == 1 else DIGEST, [one.threads[0] for one in told], event_ids)


def _gathered(rows: Sequence[Delivery]) -> Told:
    """Return what one letter tells of several events of a ticket: a status or a promise leads, else the last comment."""
    event_ids = [row.event_id or 0 for row in rows]
    by_weight = sorted(rows, key=lambda row: WEIGHT.get(row.template, 2))  # of equal ones the last stays last
    main = by_weight[-1]
    return Told(main.template, [load_gathered(event_ids, main.event_id or 0)], event_ids)


def _thread(delivery: Delivery) -> Thread:
    thread = load(delivery.event_id or 0)
    told = thread.new if delivery.template in {"opened", "comment"} else thread.status or thread.promise
    if not told:
        raise SendError(permanent=True, reason=f"event {delivery.event_id} has nothing public to tell")
    return thread


def _put_into_thread(letter: EmailMessage, thread: Thread, person: Person) -> None:
    """Let mail clients show the letters of a ticket together, and answers find it and their author.

    Gmail and most others go by References, Outlook by Thread-Index: 22 bytes that all letters of a conversation begin
    with, here made of the ticket's number.
    """
    root = f"<ticket-{thread.number}@{_host()}>"
    letter["In-Reply-To"] = root
    letter["References"] = root
    letter["Thread-Topic"] = f"[TicketID: {thread.number}]"
    letter["Thread-Index"] = base64.b64encode(b"\x01" + hashlib.sha256(root.encode()).digest()[:21]).decode()
    name, mailbox = parseaddr(current_app.config["MAIL_REPLY_TO"])
    if mailbox:
        local, _, domain = mailbox.rpartition("@")
        address = f"{local}+{reply_token(thread.number, person.id)}@{domain}"
        letter["Reply-To"] = Address(name or sender().display_name, addr_spec=address)


def _leave(told: Told, person: Person) -> Leave:
    ticket = db.session.get(Ticket, told.threads[0].ticket_id) if len(told.threads) == 1 else None
    return Leave(Of.ALL, 0, person.id) if ticket is None else unsubscriptions.offered(person, ticket)


def _let_leave(letter: EmailMessage, leave: Leave) -> None:
    """Let a mail program offer «отписаться», by one press (RFC 8058). Whoever signs letters (DKIM) signs these two as well."""
    letter["List-Unsubscribe"] = f"<{current_app.config['PUBLIC_URL']}/unsubscribe/{unsubscriptions.token(leave)}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


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
