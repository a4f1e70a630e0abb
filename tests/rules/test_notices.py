"""What somebody chooses to be told of, and by which channels (S59, S67)."""

from rules import notices
from rules.notices import EMAIL, PUSH, TOPICS, is_silent, off_but, wants

ALL = [f"{topic}:{channel}" for topic in TOPICS for channel in notices.CHANNELS]


def test_everything_is_on_until_he_says_otherwise() -> None:
    assert all(wants("", topic, channel) for topic in TOPICS for channel in notices.CHANNELS)
    assert off_but(ALL) == ""


def test_what_is_not_ticked_is_off_and_nothing_else() -> None:
    off = off_but(["comment:email", "status:web_push", "made up"])
    on = {(topic, channel) for topic in TOPICS for channel in notices.CHANNELS if wants(off, topic, channel)}
    assert on == {("comment", EMAIL), ("status", PUSH)}
    assert len(off_but([])) <= 200  # the column's length


def test_topics_that_were_not_asked_about_stay_on() -> None:
    off = off_but([], TOPICS[:-1])
    assert wants(off, "colleague", EMAIL) and not wants(off, "robot", EMAIL)


def test_it_is_silent_when_nothing_can_reach_him() -> None:
    only_pushes = off_but(["comment:web_push"])
    assert is_silent(off_but([]), has_phone=True)
    assert is_silent(only_pushes, has_phone=False) and not is_silent(only_pushes, has_phone=True)
    assert not is_silent(off_but(["robot:email"]), has_phone=False)
