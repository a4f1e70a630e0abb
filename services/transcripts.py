"""The text of a recording as words that lead to their seconds in it: within the comment that was sent, or alone (S105).

Words become `<span data-at="12.3">`, those that the recognizer was unsure of with class="unsure"; static/js/transcript.js
plays them. `spans` of a recording is the JSON of models.VoiceNote.spans: what is kept here is found by it.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select

from extensions import db
from models import Comment, Person, Ticket, VoiceNote, VoiceState
from models.access import visible_to
from rules.statuses import Status
from rules.transcripts import is_unsure
from rules.word_times import Match, bare, matched

KEPT_SHARE = 0.5  # of a recording's words that a comment must still have to be its text
LONGEST = 60_000  # signs of a body that is looked through for words
LONGEST_KEPT = 100_000  # signs of a body and its recordings of which the result is remembered: five minutes of speech
MOST_KEPT = 128  # of each kind: 20 MB at most, a tenth of it as people speak
TAG = re.compile(r'<(/?)([a-z0-9]+)[^">]*(?:"[^"]*"[^">]*)*>')  # as the allow-list writes them: values stand in "
WORD = re.compile(r"&nbsp;|((?:(?!&nbsp;)\S)+)")
CORE = re.compile(r"(\W*)(.*\w)(\W*)", re.DOTALL)  # a word and the signs around it
LEFT_ALONE = {"a", "pre", "code"}  # a press means something else there

Recording = tuple[str, str]  # its id and its spans


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in words. `notes`: the ids of the recordings that it is the text of; a word that is not of the first one
    says which one's it is by data-of."""

    html: Markup
    notes: tuple[str, ...] = ()
    has_unsure: bool = False


def in_body(body: str, recordings: Sequence[Recording]) -> Spoken:
    """Return a comment's safe HTML with the words that its recordings say.

    Of a recording whose words were for the most part taken out there are none: its text then stands beside it.
    """
    body = str(body)  # pieces of Markup would be escaped where they are joined
    heard = tuple((id_, spans) for id_, spans in recordings if spans not in {"", "[]"})
    if not heard or not body or len(body) > LONGEST:
        return Spoken(Markup(body))
    is_short = len(body) + sum(len(spans) for _, spans in heard) <= LONGEST_KEPT
    return (_kept_in_body if is_short else _in_body)(body, heard)


def _in_body(body: str, recordings: Sequence[Recording]) -> Spoken:
    pieces = list(_pieces(body))
    said = [(place, span) for place, (_, spans) in enumerate(recordings) for span in json.loads(spans)]
    words = [html.unescape(piece) for piece, is_word in pieces if is_word]
    found = matched(words, [span["text"] for _, span in said])
    kept = _kept(said, found)
    if not kept:
        return Spoken(Markup(body))
    matches = iter(found)
    done, has_unsure = [], False
    for piece, is_word in pieces:
        match = next(matches) if is_word else None
        place, span = said[match.place] if match else (-1, {})
        if match is None or place not in kept or span["start"] is None:
            done.append(piece)
            continue
        unsure = match.is_same and is_unsure(span)  # who corrected a word was sure of it
        done.append(_wrapped(piece, span["start"], note=kept.index(place), unsure=unsure))
        has_unsure = has_unsure or unsure
    return Spoken(Markup("".join(done)), tuple(recordings[place][0] for place in kept), has_unsure)


def _kept(said: Sequence[tuple[int, dict[str, Any]]], found: Sequence[Match | None]) -> list[int]:
    """Return the places of those recordings of whose words most are still there."""
    all_ = Counter(place for place, span in said if bare(span["text"]))
    left = Counter(said[match.place][0] for match in found if match)
    return [place for place in sorted(all_) if left[place] >= KEPT_SHARE * all_[place]]


_kept_in_body = lru_cache(maxsize=MOST_KEPT)(_in_body)


def _pieces(body: str) -> Iterator[tuple[str, bool]]:
    """Yield the HTML in pieces, in order, with whether each is a word."""
    past, inside = 0, 0
    for tag in (*TAG.finditer(body), None):
        text = body[past : tag.start() if tag else len(body)]
        yield from _words(text) if not inside else [(text, False)]
        if tag is None:
            return
        yield tag[0], False
        past = tag.end()
        if tag[2] in LEFT_ALONE:
            inside += -1 if tag[1] else 1


def _words(text: str) -> Iterator[tuple[str, bool]]:
    past = 0
    for word in WORD.finditer(text):
        yield text[past : word.start()], False
        yield word[0], bool(word[1])
        past = word.end()
    yield text[past:], False


def is_told(body_text: str, heard: str) -> bool:
    """Tell whether a comment's plain text is, for the most part, what was heard in its recording."""
    said = heard.split()
    left = sum(1 for match in matched(body_text[:LONGEST].split(), said) if match)
    return left >= KEPT_SHARE * max(1, sum(1 for word in said if bare(word)))


def alone(recording: Recording) -> Spoken:
    """Return the text of a recording, word by word."""
    return (_kept_alone if len(recording[1]) <= LONGEST_KEPT else _alone)(recording)


def _alone(recording: Recording) -> Spoken:
    id_, spans = recording
    done, has_unsure = [], False
    for span in json.loads(spans or "[]"):
        unsure = is_unsure(span)
        text = str(escape(span["text"]))
        done.append(text if span["start"] is None else _wrapped(text, span["start"], unsure=unsure))
        done.append(str(escape(span["space"])))
        has_unsure = has_unsure or unsure
    return Spoken(Markup("".join(done)), (id_,), has_unsure)


_kept_alone = lru_cache(maxsize=MOST_KEPT)(_alone)


def _wrapped(word: str, second: float, *, note: int = 0, unsure: bool = False) -> str:
    """Mark the word (HTML), without the signs around it where that is easily told."""
    found = None if "&" in word else CORE.fullmatch(word)
    before, core, after = found.groups() if found else ("", word, "")
    whose = f' data-of="{note}"' if note else ""
    doubt = ' class="unsure"' if unsure else ""
    return f'{before}<span data-at="{second:g}"{whose}{doubt}>{core}</span>{after}'


def second_of(spans: Sequence[dict[str, Any]], place: int) -> float | None:
    """Return when that was said which stands at `place` in the text that the spans make: the last second known there."""
    end, second = 0, None
    for span in spans:
        if span["start"] is not None:
            second = float(span["start"])
        end += len(span["text"]) + len(span["space"])
        if end > place and second is not None:
            break
    return second


def correctable(public_id: str, person: Person) -> tuple[VoiceNote, int] | None:
    """Return the recording and its ticket's number if `person` may correct its text: his own, sent and heard, in a ticket
    that still takes comments."""
    query = (
        select(VoiceNote, Ticket.number)
        .join(Comment, Comment.id == VoiceNote.comment_id)
        .join(Ticket, Ticket.id == Comment.ticket_id)
        .where(VoiceNote.public_id == public_id, VoiceNote.owner_id == person.id, VoiceNote.state == VoiceState.DONE)
        .where(Ticket.status != Status.CLOSED, visible_to(person))
    )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word that was not heard clearly, where it stands in the text (from, to) and when it was said."""

    word: str
    start: int
    end: int
    second: float


def doubts(spans: Sequence[dict[str, Any]], most: int) -> list[Doubt]:
    """Return the first words of a text that its author should look at, without the signs around them."""
    found: list[Doubt] = []
    place = 0
    for span in spans:
        core = CORE.fullmatch(span["text"])
        if core and is_unsure(span) and span["start"] is not None and len(found) < most:
            found.append(Doubt(core[2], place + core.start(2), place + core.end(2), span["start"]))
        place += len(span["text"]) + len(span["space"])
    return found
