"""Finding tickets and articles by their words, the same on both databases.

    search.tickets(text, internal=False)    the condition on `Ticket` that it has all the words; None: nothing was asked
    search.excerpts(text, ids, …)           where in these tickets the words stand, marked
    search.articles(text, where…)           articles with their titles and texts marked, those found by title first
    search.read(text), search.marked(text, what)    what was typed, understood; any text with the words of it marked

What is found by is kept by itself (services/search_index.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    bindparam,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from extensions import db
from models import (
    ArticleWords,
    Attachment,
    Comment,
    Company,
    KbArticle,
    Kind,
    Person,
    Ticket,
    TicketSerial,
    TicketWords,
    VoiceNote,
)
from rules.seeking import Sought, Term, excerpt, marked, sought
from services import search_index

__all__ = ["ArticleHit", "Place", "articles", "excerpts", "index_articles", "marked", "read", "tickets"]

LONGEST = 200  # letters of what is looked for
ARTICLES = 50
MOST = 2**31 - 1
READ = 20_000  # letters of one text that are searched for the place to show


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a ticket the words stand. `kind`: description, public, internal (a note), file, voice, serial, order, invoice."""

    kind: str
    html: Markup


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that was found; `title_html` and `excerpt_html` with the words in <mark>."""

    id: int
    title: str
    title_html: Markup
    excerpt_html: Markup


def read(text: str) -> Sought:
    return sought(_typed(text))


def _typed(text: str) -> str:
    return text.replace("\0", " ")[:LONGEST].strip()


def tickets(text: str, *, internal: bool = False) -> ColumnElement[bool] | None:
    """Return the condition that a ticket has all the words; None when none is asked for. `internal`: staff ask, who find
    internal notes as well, and tickets by their client's or contact's name."""
    if not text.strip():
        return None
    values = question(text, internal=internal)
    if values is None:
        return false()
    return condition("words_internal" if internal else "words", db.engine.dialect.name).params(values)


def question(text: str, *, internal: bool = False) -> dict[str, str] | None:
    """Return the parameters of `condition`; None when there is nothing to look for, as signs alone are no words."""
    what = read(text)
    if not what.terms:
        return None
    search_index.settle(db.session())
    if db.engine.dialect.name == "postgresql":
        words = " & ".join(f"({_alternatives(term, '|', ':*', chr(39))})" for term in what.terms)
    else:
        words = " AND ".join(f"({_alternatives(term, 'OR', ' *', chr(34))})" for term in what.terms)
        words = words if internal else f"{{public}} : ({words})"
    return {"words": words} | (_spellings(_typed(text)) if internal else {})


def condition(name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition on `Ticket` by name (words, words_internal), its values still open: see `question`."""
    is_internal = name == "words_internal"
    found = Ticket.id.in_(_found(TicketWords, "all_fts" if is_internal else "public_fts", dialect))
    return or_(found, *_named(dialect)) if is_internal else found


def _found(kept: type[TicketWords] | type[ArticleWords], vector: str, dialect: str) -> Any:
    """Return the query of the ids of what has all the words."""
    name, key = kept.__tablename__, next(iter(kept.__table__.primary_key.columns))
    words = bindparam("words", type_=String)
    if dialect == "postgresql":
        return select(key).where(literal_column(f"{name}.{vector}").op("@@")(cast(words, TSQUERY)))
    fts = table(f"{name}_fts", column("rowid"), column(f"{name}_fts"))
    return select(fts.c.rowid).where(fts.c[f"{name}_fts"].op("MATCH")(words))


def _alternatives(term: Term, either: str, prefix: str, quote: str) -> str:
    """Tokens are letters and digits only, so nothing in them can end the quotes. What the prefix finds is asked once."""
    exact = (token for token in sorted(term.exact) if not (term.prefix and token.startswith(term.prefix)))
    quoted = [f"{quote}{token}{quote}" for token in exact]
    return f" {either} ".join([*quoted, *([f"{quote}{term.prefix}{quote}{prefix}"] if term.prefix else [])])


def _named(dialect: str) -> list[ColumnElement[bool]]:
    """Return the conditions that the client's name or the contact's has what was typed in it, in any case."""
    companies = select(Company.id).where(_holds(Company.name, dialect))
    people = select(Person.id).where(_holds(Person.last_name, dialect))
    return [Ticket.company_id.in_(companies), Ticket.contact_id.in_(people)]


def _holds(text: Any, dialect: str) -> ColumnElement[bool]:
    """SQLite folds the case of ASCII only, so there the usual spellings of other letters are looked for."""
    if dialect == "postgresql":
        return func.strpos(func.lower(text), bindparam("spelled_0", type_=String)) > 0
    return or_(*(func.instr(text, bindparam(f"spelled_{place}")) > 0 for place in range(4)))


def _spellings(typed: str) -> dict[str, str]:
    forms = (typed.lower(), typed, typed.title(), typed.upper())
    return {f"spelled_{place}": form for place, form in enumerate(forms)}


def excerpts(what: Sought, ids: Sequence[int], *, internal: bool = False) -> dict[int, Place]:
    """Return for each of the tickets the place that has the most of what was looked for, if there is one beside the
    subject. One statement."""
    if not ids or not what.terms:
        return {}
    best: dict[int, tuple[int, str, str]] = {}
    whole = len(what.terms)
    connection = db.session.connection()
    for ticket_id, kind, text in connection.execute(_places(internal), {"ids": list(ids)}):  # the newest first
        most = best[ticket_id][0] if ticket_id in best else 0
        if most < whole and (found := len(what.found_in(text))) > most:
            best[ticket_id] = (found, kind, text)
    return {ticket_id: Place(kind, excerpt(text, what)) for ticket_id, (_, kind, text) in best.items()}


@lru_cache
def _places(internal: bool) -> Any:
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    readable = (Comment.ticket_id.in_(ids), *(() if internal else (Comment.kind != Kind.INTERNAL,)))
    body = func.substr(Comment.body_text, 1, READ)
    said = select(Comment.ticket_id, Comment.kind, body, Comment.id.label("place")).where(*readable)
    enclosed = [
        select(Comment.ticket_id, literal(kind), text, Comment.id)
        .join(thing, thing.comment_id == Comment.id)
        .where(*readable, text != "")
        for kind, thing, text in (("file", Attachment, Attachment.name), ("voice", VoiceNote, VoiceNote.text))
    ]
    codes = [
        select(Ticket.id, literal(kind), text, literal(MOST)).where(Ticket.id.in_(ids), text != "")
        for kind, text in (("order", Ticket.order_number), ("invoice", Ticket.invoice_number))
    ]
    serials = select(TicketSerial.ticket_id, literal("serial"), TicketSerial.serial_number, literal(MOST)).where(
        TicketSerial.ticket_id.in_(ids)
    )
    found = said.union_all(*enclosed, *codes, serials).subquery()
    id_, kind, text, place = found.c
    return select(id_, kind, text).order_by(place.desc())


def articles(text: str, *where: ColumnElement[bool], limit: int = 20) -> list[ArticleHit]:
    """Return the articles that have all the words: those with the most of them in the title first, then the last
    changed. `where`: conditions on `KbArticle`, such as who may read it."""
    values = question(text)
    if values is None:
        return []
    what, dialect = read(text), db.engine.dialect.name
    query = select(KbArticle.id, KbArticle.title, func.substr(KbArticle.body_text, 1, READ)).where(
        KbArticle.id.in_(_found(ArticleWords, "public_fts", dialect)), *where
    )
    found = db.session.execute(query.order_by(KbArticle.updated_at.desc(), KbArticle.id).limit(ARTICLES), values).all()
    ranked = sorted(found, key=lambda row: -len(what.found_in(row[1])))[:limit]
    return [ArticleHit(id_, title, marked(title, what), excerpt(body, what) or marked(_start(body), what))
            for id_, title, body in ranked]  # fmt: skip


def _start(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def index_articles(ids: Iterable[int]) -> None:
    """Keep what these articles are found by. Only for what is written past the session."""
    search_index.index_articles(ids)
