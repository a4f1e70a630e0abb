"""«Помогла ли статья?»: one answer a person or a browser, changed as often as he likes; the administrator reads them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from extensions import db
from models import KbArticle, KbVote, Person

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Tally:
    """How many said that an article helped, and how many that it did not."""

    helped: int = 0
    not_helped: int = 0


def of_person(person: Person) -> str:
    return f"person:{person.id}"


def of_browser(key: str) -> str:
    """Return the voter of a guest's browser; its cookie is kept only as a hash."""
    return f"browser:{hashlib.sha256(key.encode()).hexdigest()[:48]}"


def vote_of(article: KbArticle, voter: str) -> KbVote | None:
    return db.session.get(KbVote, (article.id, voter))


def vote(article: KbArticle, voter: str, *, is_helpful: bool, comment: str | None, at: datetime) -> KbVote:
    """Take an answer or change it; `comment` None leaves the line that he wrote before."""
    found = vote_of(article, voter)
    if found is None:
        found = KbVote(article_id=article.id, voter=voter, comment="")
        db.session.add(found)
    found.is_helpful, found.at = is_helpful, at
    if comment is not None:
        found.comment = " ".join(comment.split())[:LONGEST]
    db.session.flush()
    return found


def tallies(article_ids: Sequence[int]) -> dict[int, Tally]:
    """Return the counts of those articles that have any."""
    query = (
        select(KbVote.article_id, KbVote.is_helpful, func.count())
        .where(KbVote.article_id.in_(article_ids))
        .group_by(KbVote.article_id, KbVote.is_helpful)
    )
    counts = {(article_id, helpful): count for article_id, helpful, count in db.session.execute(query)}
    return {
        article_id: Tally(counts.get((article_id, True), 0), counts.get((article_id, False), 0))
        for article_id, _ in counts
    }


def lines(article: KbArticle) -> list[KbVote]:
    """Return the answers that say more than yes or no, the newest first."""
    query = select(KbVote).where(KbVote.article_id == article.id, KbVote.comment != "").order_by(KbVote.at.desc())
    return list(db.session.scalars(query.limit(50)))
