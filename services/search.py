"""Finding tickets and articles by their words, the same on both databases.

    search.question(text, …)                the name of a condition that a ticket has all the words, and its parameters
    search.condition(name, dialect)         that condition on `Ticket`
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
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from extensions import db, plain_rows
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
from rules.seeking import Sought, Term, excerpt, marked, place_of, sought
from services import search_index
from services.transcripts import second_of

__all__ = ["ArticleHit", "Place", "articles", "condition", "excerpts", "index_articles", "marked", "question", "read"]

LONGEST = 200  # letters of what is looked for
ARTICLES = 50
MOST = 2**31 - 1
FEW = 500  # tickets: in SQLite these are looked into one by one sooner than the index of all words has answered
MOST_FORMS = 3  # of a word: its spelling, its stem, its beginning
READ = 20_000  # letters of one text that are searched for the place to show


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a ticket the words stand. `kind`: description, public, internal (a note), file, voice, serial, order, invoice."""

    kind: str
    html: Markup
    link: str = ""  # what leads there, behind the ticket's address: to the second of a recording


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


def question(text: str, *, internal: bool = False, of_few: bool = False) -> tuple[str, dict[str, str]] | None:
    """Return the name of a `condition` and its parameters; None when there is nothing to look for, as signs alone are no
    words. `of_few`: it will be asked of FEW tickets at most."""
    what = read(text)
    if not what.terms:
        return None
    search_index.settle(db.session())
    if of_few and not internal:
        return f"words_few_{len(what.terms)}", _pieces(what)
    return "words_internal" if internal else "words", _indexed(what, text, internal=internal)


def _indexed(what: Sought, text: str, *, internal: bool) -> dict[str, str]:
    if db.engine.dialect.name == "postgresql":
        words = " & ".join(f"({_alternatives(term, '|', ':*', chr(39))})" for term in what.terms)
    else:
        words = " AND ".join(f"({_alternatives(term, 'OR', ' *', chr(34))})" for term in what.terms)
        words = words if internal else f"{{public}} : ({words})"
    return {"words": words} | (_spellings(_typed(text)) if internal else {})


def _pieces(what: Sought) -> dict[str, str]:
    """Return what a line of tokens has in it, if it has the words: of each term's alternatives one."""
    pieces = {}
    for place, term in enumerate(what.terms):
        forms = [f" {token} " for token in sorted(term.exact) if not (term.prefix and token.startswith(term.prefix))]
        forms += [f" {term.prefix}"] if term.prefix else []
        assert len(forms) <= MOST_FORMS
        for number in range(MOST_FORMS):
            pieces[f"piece_{place}_{number}"] = forms[min(number, len(forms) - 1)]
    return pieces


def condition(name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition on `Ticket` by name (words, words_internal, words_few_N of N words), its values still open: see
    `question`."""
    if name.startswith("words_few_"):
        return _looked_into(int(name.rpartition("_")[2]))
    is_internal = name == "words_internal"
    found = Ticket.id.in_(_found(TicketWords, "all_fts" if is_internal else "public_fts", dialect))
    return or_(found, *_named(dialect)) if is_internal else found


def _looked_into(terms: int) -> ColumnElement[bool]:
    """The tokens themselves, without the index: it would first gather all tickets of all clients with these words."""
    line = literal(" ") + TicketWords.public + literal(" ")
    has_all = (
        or_(*(func.instr(line, bindparam(f"piece_{place}_{number}", type_=String)) > 0 for number in range(MOST_FORMS)))
        for place in range(terms)
    )
    return exists().where(TicketWords.ticket_id == Ticket.id, *has_all).correlate(Ticket)


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
    subject: what was said last, else a file or a number. Two statements at most, and one more where some were found in
    recordings."""
    best: dict[int, tuple[int, str, str, int]] = {}
    wanted, whole = list(ids) if what.terms else [], len(what.terms)
    for places in (_said(internal), _enclosed(internal)):
        if not wanted:
            break
        for ticket_id, kind, text, note_id in plain_rows(places, {"ids": wanted}):
            most = best[ticket_id][0] if ticket_id in best else 0
            if most < whole and (found := len(what.found_in(text))) > most:
                best[ticket_id] = (found, kind, text, note_id)
        wanted = [ticket_id for ticket_id in wanted if ticket_id not in best or best[ticket_id][0] < whole]
    links = _links({note_id: text for _, _, text, note_id in best.values() if note_id}, what)
    return {
        ticket_id: Place(kind, excerpt(text, what), links.get(note_id, ""))
        for ticket_id, (_, kind, text, note_id) in best.items()
    }


def _links(texts: dict[int, str], what: Sought) -> dict[int, str]:
    """Return by the recordings' ids what leads to the second at which the words are said."""
    if not texts:
        return {}
    found = {}
    for note_id, name, comment_id, spans in plain_rows(HEARD, {"ids": list(texts)}):
        second = second_of(spans, place_of(texts[note_id], what) or 0)
        at = f"&t={second:g}" if second is not None else ""
        found[note_id] = f"?at={comment_id}{at}#voice-note-{name}"
    return found


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
HEARD = select(VoiceNote.id, VoiceNote.public_id, VoiceNote.comment_id, VoiceNote.spans).where(VoiceNote.id.in_(IDS))


def _readable(internal: bool) -> tuple[ColumnElement[bool], ...]:
    return Comment.ticket_id.in_(IDS), *(() if internal else (Comment.kind != Kind.INTERNAL,))


@lru_cache
def _said(internal: bool) -> Any:
    """Return the statement of what was said in these tickets, the newest first."""
    body = func.substr(Comment.body_text, 1, READ)
    written = select(Comment.ticket_id, Comment.kind, body, Comment.id.label("place"), literal(0).label("note"))
    heard = select(Comment.ticket_id, literal("voice"), VoiceNote.text, Comment.id, VoiceNote.id)
    heard = heard.join(VoiceNote, VoiceNote.comment_id == Comment.id).where(*_readable(internal), VoiceNote.text != "")
    found = written.where(*_readable(internal)).union_all(heard).subquery()
    id_, kind, text, place, note_id = found.c
    return select(id_, kind, text, note_id).order_by(place.desc(), note_id.desc())  # heard goes before written


@lru_cache
def _enclosed(internal: bool) -> Any:
    """Return the statement of whatever else a ticket is found by: numbers, then the names of files, the newest first."""
    nothing = literal(0)
    file_names = select(
        Comment.ticket_id, literal("file").label("kind"), Attachment.name, Comment.id.label("place"), nothing
    )
    file_names = file_names.join(Attachment, Attachment.comment_id == Comment.id).where(*_readable(internal))
    codes = [
        select(Ticket.id, literal(kind), text, literal(MOST), nothing).where(Ticket.id.in_(IDS), text != "")
        for kind, text in (("order", Ticket.order_number), ("invoice", Ticket.invoice_number))
    ]
    number = TicketSerial.serial_number
    serials = select(TicketSerial.ticket_id, literal("serial"), number, literal(MOST), nothing)
    found = file_names.union_all(*codes, serials.where(TicketSerial.ticket_id.in_(IDS))).subquery()
    id_, kind, text, place, note_id = found.c
    return select(id_, kind, text, note_id).order_by(place.desc())


def articles(text: str, *where: ColumnElement[bool], limit: int = 20) -> list[ArticleHit]:
    """Return the articles that have all the words: those with the most of them in the title first, then the last
    changed. `where`: conditions on `KbArticle`, such as who may read it."""
    asked = question(text)
    if asked is None:
        return []
    _, values = asked
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
