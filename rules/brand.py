"""The operator's colour made into the accents of the pages, each dark or light enough to be read where it stands.

The hue and its strength are the operator's; the lightness is ours wherever letters depend on it. Reckoned in OKLCH, where
one step of lightness looks like one step in every hue (Björn Ottosson, https://bottosson.github.io/posts/oklab/).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin

USUAL = "#6a3bd0"  # static/css/tokens.css was made for it by hand
READABLE = 4.5  # WCAG 1.4.3: letters on their ground
WHITE = "#ffffff"
LOOKS = re.compile(r"#[0-9a-f]{6}")
STEPS = 14  # of halving: finer than a colour of eight bits can say

Rgb = tuple[float, float, float]
Tones = dict[str, str]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours that follow the brand, by the name of the token without its dashes."""

    light: Tones
    dark: Tones


BY_HAND = Palette(
    light={
        "accent": USUAL,
        "accent-hover": "#5a2eb8",
        "accent-active": "#4b2599",
        "on-accent": WHITE,
        "accent-soft": "#f1ecfd",
        "accent-soft-hover": "#e8e0fb",
        "accent-line": "#cdbdf5",
        "link": "#5a2eb8",
    },
    dark={
        "accent": "#7a4fe0",
        "accent-hover": "#8056e4",
        "accent-active": "#6a3fd0",
        "on-accent": WHITE,
        "accent-soft": "#2c2344",
        "accent-soft-hover": "#372b56",
        "accent-line": "#55428a",
        "link": "#bba6ff",
    },
)  # of the usual colour, as tokens.css has it


def in_force(colour: str) -> Palette:
    """Return the accents that pages and letters show where this is the operator's colour."""
    return BY_HAND if colour == USUAL else palette(colour)


@lru_cache(maxsize=64)
def palette(colour: str) -> Palette:
    """Return the accents of a colour such as #0b6170. Raises ValueError for what is none."""
    if not LOOKS.fullmatch(colour):
        raise ValueError(colour)
    lightness, strength, hue = _lch(colour)

    def tone(light: float, most: float = 0.4) -> str:
        return _hex(light, min(strength, most), hue)

    return Palette(_light(colour, lightness, tone), _dark(colour, tone))


def _light(colour: str, lightness: float, tone: Callable[..., str]) -> Tones:
    """On white. A colour that carries white letters stays as it is; a paler one is darkened until it does."""
    accent = colour if contrast(colour, WHITE) >= READABLE else tone(_darkest(tone, WHITE, lightness))
    from_here = _lch(accent)[0]
    away = -0.06 if from_here > 0.3 else 0.08  # a pressed button must differ from black, too
    softest = tone(0.925, 0.04)
    link = _darkest(tone, softest, min(from_here + away, 0.5))
    return {
        "accent": accent,
        "accent-hover": tone(from_here + away),
        "accent-active": tone(from_here + 2 * away),
        "on-accent": WHITE,
        "accent-soft": tone(0.957, 0.024),
        "accent-soft-hover": softest,
        "accent-line": tone(0.83, 0.09),
        "link": tone(link),
    }


def _dark(colour: str, tone: Callable[..., str]) -> Tones:
    """On nearly black: a fill that carries white letters and still stands out from the ground, and pale links."""
    fits = 0.15 <= luminance(colour) <= 0.165
    softest = tone(0.33, 0.065)
    return {
        "accent": colour if fits else tone(_with_luminance(tone, 0.16)),
        "accent-hover": tone(_with_luminance(tone, 0.174)),
        "accent-active": tone(_with_luminance(tone, 0.115)),
        "on-accent": WHITE,
        "accent-soft": tone(0.28, 0.05),
        "accent-soft-hover": softest,
        "accent-line": tone(0.45, 0.11),
        "link": tone(_palest(tone, softest, 0.78), 0.13),
    }


def _darkest(tone: Callable[..., str], ground: str, start: float) -> float:
    """Return the lightness from `start` down at which letters can be read on the pale ground."""
    if contrast(tone(start), ground) >= READABLE:
        return start
    return _halved(0.0, start, lambda light: contrast(tone(light), ground) >= READABLE)


def _palest(tone: Callable[..., str], ground: str, start: float) -> float:
    """Return the lightness from `start` up at which letters can be read on the dark ground."""
    if contrast(tone(start, 0.13), ground) >= READABLE:
        return start
    return _halved(1.0, start, lambda light: contrast(tone(light, 0.13), ground) >= READABLE)


def _with_luminance(tone: Callable[..., str], wanted: float) -> float:
    return _halved(0.0, 1.0, lambda light: luminance(tone(light)) <= wanted)


def _halved(good: float, bad: float, is_good: Callable[[float], bool]) -> float:
    """Return the point nearest to `bad` that is still good."""
    for _ in range(STEPS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if is_good(middle) else (good, middle)
    return good


def contrast(one: str, other: str) -> float:
    """Return how far apart two colours are for the eye, 1 to 21 (WCAG)."""
    pale, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (pale + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return how bright a colour is, 0 to 1 (WCAG)."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _unbent(red), _unbent(green), _unbent(blue)


def _unbent(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _bent(value: float) -> float:
    return value * 12.92 if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _lch(colour: str) -> tuple[float, float, float]:
    """Return lightness 0 to 1, strength of the colour, its hue in radians."""
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


def _hex(lightness: float, strength: float, hue: float) -> str:
    """Return the colour; one that no screen shows loses strength until it can be shown."""
    if not _is_shown(_rgb(lightness, strength, hue)):
        strength = _halved(0.0, strength, lambda some: _is_shown(_rgb(lightness, some, hue)))
    return "#" + "".join(f"{round(255 * _bent(min(max(part, 0), 1))):02x}" for part in _rgb(lightness, strength, hue))


def _is_shown(rgb: Rgb) -> bool:
    return all(-1e-4 <= part <= 1.0001 for part in rgb)


def _rgb(lightness: float, strength: float, hue: float) -> Rgb:
    a, b = strength * cos(hue), strength * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
