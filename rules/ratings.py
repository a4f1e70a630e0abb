"""What the contact thinks of the solution: four grades, as S130 names them, and when he may say so."""

from enum import IntEnum

from rules.statuses import Actor, Status

MAX_COMMENT = 300


class Grade(IntEnum):
    """The value is what addresses and the database carry."""

    POOR = 1
    NORMAL = 2
    GOOD = 3
    EXCELLENT = 4


def may_rate(status: Status, actors: frozenset[Actor]) -> bool:
    """Tell whether one of `actors` may rate: the contact himself, from «Решена» on and until it is «Закрыта».

    A supervisor or a colleague was not the one who was helped; staff don't rate themselves.
    """
    return status == Status.RESOLVED and Actor.CONTACT in actors
