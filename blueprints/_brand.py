"""The operator's colour as a style sheet of its own, under a name that says all that it depends on: kept for ever."""

import re
from functools import lru_cache

from blueprints import _web
from rules import brand
from services import settings

RECKONING = 1  # another number where rules/brand.py comes to other colours
NAME = re.compile(rf"brand-{RECKONING}-([0-9a-f]{{6}})\.css")
DARK = (
    '@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {0} }} }}\n'
    ':root[data-theme="dark"] {{ {0} }}\n'
)


def files() -> list[str]:
    """Return the path under static/ of the sheet in force; nothing where tokens.css says it all."""
    colour = settings.text("brand_color")
    return [] if colour == brand.USUAL else [f"brand-{RECKONING}-{colour[1:]}.css"]


def address() -> str:
    """Return where pages find it, '' where they need none."""
    return "".join(_web.asset(path) for path in files())


def sheet(path: str) -> str:
    """Return the style sheet of this name, '' for another file's name."""
    named = NAME.fullmatch(path)
    return _sheet(f"#{named[1]}") if named else ""


@lru_cache(maxsize=64)
def _sheet(colour: str) -> str:
    tones = brand.palette(colour)
    return f":root {{ {_said(tones.light)} }}\n" + DARK.format(_said(tones.dark))


def _said(tones: brand.Tones) -> str:
    return " ".join(f"--{name}: {value};" for name, value in tones.items())
