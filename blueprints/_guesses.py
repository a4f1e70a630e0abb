"""Wrong authorization codes, counted by address: after a few of them each try costs a proof of work, and after more
there are no tries for a while (D12)."""

from flask import Response, g
from redis.exceptions import RedisError

from extensions import caller, limiter, redis
from services.clockwork import clockwork

REMEMBERED_SECONDS = 3600


def cost_work() -> bool:
    """Tell whether this address has typed so many wrong codes within an hour that the next try needs a proof."""
    if not limiter.enabled:
        return False
    try:
        wrong = int(redis.client.get(_key()) or 0)
    except RedisError:
        return False  # the rate limits still hold, each process counting for itself
    return wrong >= clockwork().lengths["code_proof_after"].value


def allowed() -> str:
    """Return how many wrong codes an address has within an hour (setting `code_attempts`), as a rate limit."""
    return f"{clockwork().lengths['code_attempts'].value}/hour"


def was_wrong(answer: Response) -> bool:
    """Count only wrong codes: a proof that was not done costs no try."""
    return bool(g.get("wrong_code"))


def count() -> None:
    """Remember one more wrong code."""
    g.wrong_code = True
    try:
        with redis.client.pipeline() as both:
            both.incr(_key())
            both.expire(_key(), REMEMBERED_SECONDS)
            both.execute()
    except RedisError:
        pass


def _key() -> str:
    return f"wrong-codes:{caller()}"
