"""What tickets and articles are found by is kept here, in the transaction of the change.

Nobody has to remember it: the session notices what is written through it, and before the commit the tickets and
articles concerned are read and their tokens written. What is written past the session (bulk loads) is found by `next_missing`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Integer,
    String,
    bindparam,
    cast,
    event,
    func,
    inspect,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from extensions import db
from models import ArticleWords, Attachment, Comment, KbArticle, Kind, Ticket, TicketSerial, TicketWords, VoiceNote
from rules import words

LONGEST = 200_000  # letters of one text that are read
BATCH = 200
TICKETS, COMMENTS, ARTICLES = "search_tickets", "search_comments", "search_articles"  # session.info: what to keep anew
FOUND_BY = ("subject", "order_number", "invoice_number")  # a move of a ticket's changes nothing of what it is found by
LOCK = 0x736561  # of advisory locks: ours


def _of(kind: Any, ticket_id: Any, text: Any) -> Any:
    return select(ticket_id.label("ticket_id"), kind.label("kind"), text.label("text"))


CODE = literal("code")
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
TEXTS: CompoundSelect[Any] = union_all(
    _of(literal(Kind.PUBLIC.value), Ticket.id, Ticket.subject).where(Ticket.id.in_(IDS)),
    _of(CODE, Ticket.id, cast(Ticket.number, String)).where(Ticket.id.in_(IDS)),
    _of(CODE, Ticket.id, Ticket.order_number).where(Ticket.id.in_(IDS), Ticket.order_number != ""),
    _of(CODE, Ticket.id, Ticket.invoice_number).where(Ticket.id.in_(IDS), Ticket.invoice_number != ""),
    _of(CODE, TicketSerial.ticket_id, TicketSerial.serial_number).where(TicketSerial.ticket_id.in_(IDS)),
    _of(Comment.kind, Comment.ticket_id, func.substr(Comment.body_text, 1, LONGEST)).where(Comment.ticket_id.in_(IDS)),
    *(
        _of(Comment.kind, Comment.ticket_id, text).join(thing, thing.comment_id == Comment.id).where(
            Comment.ticket_id.in_(IDS), text != ""
        )
        for thing, text in ((Attachment, Attachment.name), (VoiceNote, VoiceNote.text))
    ),
)  # fmt: skip


@event.listens_for(db.session, "after_flush")
def _notice(session: Session, _: Any) -> None:
    """Write down which tickets and articles what was just written belongs to."""
    for row in (*session.new, *session.dirty, *session.deleted):
        match row:
            case Ticket():
                if row in session.new or any(inspect(row).attrs[name].history.has_changes() for name in FOUND_BY):
                    session.info.setdefault(TICKETS, set()).add(row.id)
            case Comment() | TicketSerial():
                session.info.setdefault(TICKETS, set()).add(row.ticket_id)
            case Attachment() | VoiceNote() if row.comment_id is not None:
                session.info.setdefault(COMMENTS, set()).add(row.comment_id)
            case KbArticle():
                session.info.setdefault(ARTICLES, set()).add(row.id)


@event.listens_for(db.session, "before_commit")
def _before_commit(session: Session) -> None:
    session.flush()
    settle(session)


def settle(session: Session) -> None:
    """Keep what this transaction has changed. A search in the same transaction asks for it first."""
    tickets: set[int] = session.info.pop(TICKETS, set())
    if comments := session.info.pop(COMMENTS, set()):
        tickets |= set(session.scalars(select(Comment.ticket_id).where(Comment.id.in_(comments))))
    if tickets:
        index_tickets(tickets)
    if articles := session.info.pop(ARTICLES, set()):
        index_articles(articles)


def index_tickets(ids: Iterable[int]) -> None:
    """Read all that these tickets say and keep what they are found by."""
    ids = sorted(ids)
    _lock(ids)
    public, internal = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    budgets = defaultdict[int, words.Budget](words.Budget)
    for ticket_id, kind, text in db.session.execute(TEXTS, {"ids": ids}):
        found = words.code_tokens(text) if kind == "code" else words.text_tokens(text, budgets[ticket_id])
        (internal if kind == Kind.INTERNAL else public)[ticket_id] |= found
    _write(TicketWords, "ticket_id", [
        {"ticket_id": id_, "public": _line(public[id_]), "internal": _line(internal[id_] - public[id_])}
        for id_ in ids if id_ in public
    ])  # fmt: skip


def index_articles(ids: Iterable[int]) -> None:
    ids = sorted(ids)
    texts = select(KbArticle.id, KbArticle.title, func.substr(KbArticle.body_text, 1, LONGEST))
    _write(ArticleWords, "article_id", [
        {"article_id": id_, "public": _line(words.text_tokens(title) | words.text_tokens(text))}
        for id_, title, text in db.session.execute(texts.where(KbArticle.id.in_(ids)))
    ])  # fmt: skip


def _lock(ids: Sequence[int]) -> None:
    """Of two transactions that add to one ticket the later one has to see what the earlier one wrote. On SQLite writers
    queue anyway."""
    if db.engine.dialect.name == "postgresql":
        for ticket_id in ids:
            db.session.execute(select(func.pg_advisory_xact_lock(cast(LOCK, Integer), cast(ticket_id, Integer))))


def _line(tokens: set[str]) -> str:
    return " ".join(sorted(tokens))


def _write(table: type[TicketWords] | type[ArticleWords], key: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(table)
    changed = {name: insert.excluded[name] for name in (*rows[0], "version") if name != key}
    db.session.execute(
        insert.on_conflict_do_update(index_elements=[key], set_=changed),
        [row | {"version": words.VERSION} for row in rows],
    )


def next_missing() -> int:
    """Keep a batch of what was written past the session or by older rules; return how many, 0 when nothing is missing."""
    for row, kept, key, index in (
        (Ticket, TicketWords, TicketWords.ticket_id, index_tickets),
        (KbArticle, ArticleWords, ArticleWords.article_id, index_articles),
    ):
        without = (
            select(row.id)
            .outerjoin(kept, key == row.id)
            .where(or_(key.is_(None), kept.version != words.VERSION))
            .order_by(row.id)
            .limit(BATCH)
        )
        if ids := db.session.scalars(without).all():
            index(ids)
            return len(ids)
    return 0


def forget() -> None:
    """Call all of it old, for `next_missing` to keep it anew; meanwhile search finds by what is there."""
    db.session.execute(update(TicketWords).values(version=0))
    db.session.execute(update(ArticleWords).values(version=0))
