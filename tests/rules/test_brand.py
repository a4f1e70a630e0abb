"""Whatever colour an operator has: words on it and in it can be read, in the light and in the dark."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.brand import BY_HAND, READABLE, USUAL, WHITE, Tones, contrast, in_force, palette

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
EDGE = 3.0  # WCAG 1.4.11: what is no letter


def tokens(scheme: str) -> Tones:
    block = TOKENS.split(':root[data-theme="dark"]')[1] if scheme == "dark" else TOKENS
    return dict(reversed(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)))


LIGHT, DARK = tokens("light"), tokens("dark")


@given(COLOURS)
@example("#000000")
@example("#ffffff")
@example("#ffcc00")
@example(USUAL)
def test_words_can_be_read(colour: str) -> None:
    for tones, plain in ((palette(colour).light, LIGHT), (palette(colour).dark, DARK)):
        for fill in ("accent", "accent-hover", "accent-active"):
            assert contrast(tones["on-accent"], tones[fill]) >= READABLE, fill
        grounds = [plain[name] for name in ("page", "surface", "sunken", "hover")]
        for ground in (*grounds, tones["accent-soft"], tones["accent-soft-hover"]):
            assert contrast(tones["link"], ground) >= READABLE, ground
            assert contrast(plain["text-soft"], ground) >= READABLE, ground
        assert contrast(plain["text"], tones["accent-line"]) >= READABLE  # what is selected
        for ground in grounds:
            assert contrast(tones["accent"], ground) >= EDGE, ground  # the frame of what has the focus


@pytest.mark.parametrize("colour", ["#0b6170", "#1f5fb4", "#e60012", USUAL])
def test_a_colour_that_carries_white_letters_stays_the_operators(colour: str) -> None:
    assert palette(colour).light["accent"] == colour


def test_a_pale_colour_keeps_its_hue() -> None:
    accent = palette("#ffcc00").light["accent"]
    red, green, blue = (int(accent[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue and contrast(accent, WHITE) < 5


def test_the_usual_colour_is_that_of_the_tokens_and_all_that_follows_it_stands_there() -> None:
    assert LIGHT["accent"] == USUAL and in_force(USUAL) == BY_HAND and in_force("#0b6170") == palette("#0b6170")
    assert BY_HAND.light.items() <= LIGHT.items() and BY_HAND.dark.items() <= {**LIGHT, **DARK}.items()
    assert (
        set(palette(USUAL).light) == set(palette(USUAL).dark) <= LIGHT.keys()
        and palette(USUAL).dark.keys() - {"on-accent"} <= DARK.keys()
    )


@pytest.mark.parametrize("text", ["red", "#fff", "#GGGGGG", "#0b61700", "#0b6170;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        palette(text)
