"""What may stand in a text at all, whoever typed or pasted it."""

import unicodedata

# They turn the order of letters around, for what comes after them too: «gnp.exe» reads «exe.png».
_TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Drop what no database or page can carry: control characters but tabs and breaks, halves of surrogate pairs;
    and what makes a page show other words than are there."""
    return "".join(sign for sign in text if sign in "\n\t\r" or _may_stand(sign))


def _may_stand(sign: str) -> bool:
    return sign not in _TURNERS and unicodedata.category(sign) not in {"Cc", "Cs"}
