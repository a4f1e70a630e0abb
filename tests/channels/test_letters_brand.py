"""Letters wear the operator's colour as the pages do: readable on every ground, in the light and in the dark (S132)."""

import re

import pytest
from flask import Flask

from channels import letter_samples, letters
from extensions import db
from rules.brand import BY_HAND, READABLE, USUAL, contrast, in_force
from services import settings
from tests.support.letter_rows import Talk

COLOURS = ["#ffcc00", "#0b6170", "#000000", "#ffffff", "#e60012", USUAL]
PAGE, CARD, DARK_PAGE, DARK_CARD = "#faf9fc", "#ffffff", "#121016", "#1a1820"
LINKED = 'Файлы лежат <a href="https://nag.wiki">здесь</a>.<blockquote>q</blockquote>'


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def choose(colour: str) -> None:
    settings.set_text("brand_color", colour)
    db.session.flush()


def styles(html: str, tag: str) -> list[dict[str, str]]:
    """Return the styles of every such tag, those of buttons among links left out."""
    found = re.findall(rf'<{tag}\b(?![^>]*class="button")[^>]*style="([^"]+)"', html)
    return [dict(re.findall(r"([\w-]+):\s*([^;]+)", style)) for style in found]


def dark_rule(html: str, selector: str) -> str:
    found = re.search(rf"^  {re.escape(selector)} {{ (.*) }}$", html, re.MULTILINE)
    assert found is not None, selector
    return found[1]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_letter_can_be_read_in_any_colour(talk: Talk, colour: str) -> None:
    choose(colour)
    body = letters.render(talk.news(talk.say("Файлы", html=LINKED))).get_body(("html",))
    assert body is not None
    html, tones = body.get_content(), in_force(colour)
    assert f"border-top: 4px solid {tones.light['accent']}" in html
    links = styles(html, "a")
    assert len(links) >= 4 and {link["color"] for link in links} == {tones.light["link"]}
    for ground in (PAGE, CARD, tones.light["accent-soft"]):
        assert contrast(tones.light["link"], ground) >= READABLE
    assert f"background-color: {tones.light['accent-soft']}" in html
    assert tones.dark["link"] in dark_rule(html, ".page a")
    for ground in (DARK_PAGE, DARK_CARD, tones.dark["accent-soft"]):
        assert contrast(tones.dark["link"], ground) >= READABLE
    assert tones.dark["accent-soft"] in dark_rule(html, ".said")
    if colour != USUAL:
        ours = {*BY_HAND.light.values(), *BY_HAND.dark.values()} - {*tones.light.values(), *tones.dark.values()}
        assert not [one for one in ours if one in html], "the violet of before"


@pytest.mark.parametrize("colour", ["#ffcc00", USUAL])
def test_buttons_carry_words_that_can_be_read(talk: Talk, colour: str) -> None:
    choose(colour)
    sample = letter_samples.of("resolved", talk.contact)
    assert sample is not None
    tones = in_force(colour)
    button = re.search(r'<a class="button"[^>]*style="([^"]+)"', sample.html)
    assert button is not None and f"background-color: {tones.light['accent']}" in button[1]
    assert f"color: {tones.light['on-accent']}" in button[1]
    assert contrast(tones.light["accent"], tones.light["on-accent"]) >= READABLE
    words = dark_rule(sample.html, ".page a.button")
    assert tones.dark["accent"] in words and contrast(tones.dark["accent"], tones.dark["on-accent"]) >= READABLE
