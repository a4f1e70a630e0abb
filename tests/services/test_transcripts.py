"""Words of recordings found in a comment's HTML, without touching anything else of it (S105)."""

import json
import re
import time

import pytest

from services import richtext, transcripts
from tests.support.heard import STEP, heard

SAID = "порт пять не работает"


def spans(said: str = SAID, unsure: tuple[str, ...] = (), language: str = "ko") -> str:
    """Spans of a language without rules for texts: the words as they are."""
    return json.dumps(heard(said, unsure, language)["spans"])


def marked(html: str) -> str:
    """The HTML with each word that leads somewhere as [word]."""
    return re.sub(r"<span data-at=[^>]*>(.*?)</span>", r"[\1]", str(transcripts.in_body(html, [("a", spans())]).html))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Порт пять не работает</p>", "<p>[Порт] [пять] [не] [работает]</p>"),
        ("<p>«Порт», пять: (не) работает…</p>", "<p>«[Порт]», [пять]: ([не]) [работает]…</p>"),
        ("<p>порт&nbsp;пять &amp; не<br>работает</p>", "<p>[порт]&nbsp;[пять] &amp; [не]<br>[работает]</p>"),
        ("<p>порт <b>пять</b> не</p><ul><li>работает</li></ul>", "<p>[порт] <b>[пять]</b> [не]</p><ul><li>[работает]</li></ul>"),
        ("<p>порт <a href=\"/x?a>b\"><b>пять</b></a> не работает</p>", "<p>[порт] <a href=\"/x?a>b\"><b>пять</b></a> [не] [работает]</p>"),
        ("<pre><code>порт</code></pre><p>пять не работает</p>", "<pre><code>порт</code></pre><p>[пять] [не] [работает]</p>"),
        ("<p>порт &lt;script&gt; пять не работает</p>", "<p>[порт] &lt;script&gt; [пять] [не] [работает]</p>"),
        ("<p>порт 5&amp;6 не работает</p>", "<p>[порт] [5&amp;6] [не] [работает]</p>"),
        ("<p>порт лежит</p>", "<p>порт лежит</p>"),  # less than half of what was said
        ("", ""),
    ],
)  # fmt: skip
def test_words_are_found_and_nothing_else_is_touched(html: str, shown: str) -> None:
    assert marked(html) == shown


@pytest.mark.parametrize(
    "body", ["порт пять <script>не</script> работает", "порт пять\n\nне работает <b>ночью</b> & днём"]
)
def test_marks_alone_are_added_to_what_the_allow_list_let_through(body: str) -> None:
    html = richtext.shown(richtext.from_plain(body))
    found = transcripts.in_body(html, [("a", spans())])
    assert found.notes == ("a",) and re.sub(r"<span data-at=[^>]*>(.*?)</span>", r"\1", str(found.html)) == html


def test_what_was_heard_can_bring_no_html() -> None:
    found = transcripts.alone(("a", spans("<script>alert(1)</script> порт&co")))
    assert "<script>" not in found.html and "&lt;script&gt;" in found.html and "порт&amp;co" in found.html


def test_a_recording_without_words_marks_nothing() -> None:
    for nothing in ("", "[]"):
        assert transcripts.in_body("<p>порт</p>", [("a", nothing)]).notes == ()
        assert transcripts.alone(("a", nothing)).html == ""


@pytest.mark.parametrize(
    ("place", "second"), [(0, 0), (4, 0), (5, STEP), (10, 2 * STEP), (13, 3 * STEP), (999, 3 * STEP)]
)
def test_a_place_in_the_text_has_a_second(place: int, second: float) -> None:
    assert transcripts.second_of(json.loads(spans()), place) == pytest.approx(second)


def test_a_typed_word_has_the_second_before_it() -> None:
    typed = {"text": "и", "space": " ", "start": None, "end": None, "conf": None}
    rows = json.loads(spans())
    assert transcripts.second_of([*rows[:2], typed, *rows[2:]], 10) == STEP
    assert transcripts.second_of([typed], 0) is None


def test_an_hour_of_speech_is_shown_in_time() -> None:
    said = " ".join(f"слово{place % 900}" for place in range(8000))
    rows, body = spans(said), richtext.from_plain(said[:50_000])
    began = time.process_time()
    transcripts.in_body(body, [("a", rows)])
    transcripts.alone(("a", rows))
    assert time.process_time() - began < 3
