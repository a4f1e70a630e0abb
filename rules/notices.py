"""What somebody may choose to be told of, and by which channels (S59, S67–S68). Everything is on until he says otherwise."""

from collections.abc import Iterable

COMMENT, STATUS, ROBOT, COLLEAGUE = "comment", "status", "robot", "colleague"
TOPICS = (COMMENT, STATUS, ROBOT, COLLEAGUE)
EMAIL, PUSH = "email", "web_push"
CHANNELS = (EMAIL, PUSH)
_ALL = tuple((topic, channel) for topic in TOPICS for channel in CHANNELS)


def wants(off: str, topic: str, channel: str) -> bool:
    """Tell whether somebody whose choices are kept as `off` is to be told of `topic` by `channel`."""
    return _key(topic, channel) not in off.split()


def off_but(chosen: Iterable[str], topics: Iterable[str] = TOPICS) -> str:
    """Return what to keep when of the boxes of `topics` those `chosen` («comment:email»…) are ticked."""
    ticked, asked = set(chosen), set(topics)
    return " ".join(_key(*pair) for pair in _ALL if pair[0] in asked and _key(*pair) not in ticked)


def is_silent(off: str, *, has_phone: bool) -> bool:
    """Tell whether nothing at all would reach him: pushes count only where a device takes them."""
    reached = (EMAIL, PUSH) if has_phone else (EMAIL,)
    return not any(wants(off, topic, channel) for topic in TOPICS for channel in reached)


def _key(topic: str, channel: str) -> str:
    return f"{topic}:{channel}"
