"""The authorization code of the app, the bot and the portal (S66, S107, D12): 16 digits, printed by fours."""

import random
import re

DIGITS = 16
GROUP = 4

# What people type or paste between the groups: any space, any of the dashes, soft hyphens and what copying leaves.
_BETWEEN = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]+")
_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


def parse(text: str) -> str | None:
    """Return the 16 digits of a code as somebody typed it, or None when it can't be one.

    Spaces and dashes count for nothing; letters of either case never occur.
    """
    digits = _BETWEEN.sub("", text)
    return digits if _CODE.fullmatch(digits) else None


def show(digits: str) -> str:
    """Return 16 digits as NNNN-NNNN-NNNN-NNNN."""
    return "-".join(digits[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def generate(source: random.Random) -> str:
    """Return 16 fresh digits. `source` must be `secrets.SystemRandom()` outside tests: the code is a bearer secret."""
    return f"{source.randrange(10**DIGITS):0{DIGITS}d}"
