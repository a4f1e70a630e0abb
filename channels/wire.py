"""How a letter is written out: lines that servers on the way may count, addresses and words that nobody may break."""

import re
from email.header import Header
from email.policy import EmailPolicy
from typing import Any

WHOLE = {"list-unsubscribe"}  # a long address would be folded into encoded words, which no mail program reads there
PLAIN_BEGINNING = re.compile(r"[ -~]{1,40}\s(?=[^ ]*[^ -~])")


class _Wire(EmailPolicy):
    def fold(self, name: str, value: Any) -> str:
        if name.lower() in WHOLE:
            return f"{name}: {value}{self.linesep}"
        if name.lower() == "subject" and not str(value).isascii():
            return f"{name}: {_subject(str(value), self.linesep)}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in WHOLE or name.lower() == "subject":
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


def _subject(text: str, linesep: str) -> str:
    """Encode and fold a subject: the policy's own way (Python 3.11) loses a space where a long one is folded."""
    plain = PLAIN_BEGINNING.match(text)
    header = Header(plain[0].rstrip() if plain else "", "us-ascii", maxlinelen=76, header_name="Subject")
    header.append(text[plain.end() :] if plain else text, "utf-8")
    return header.encode(linesep=linesep)


WIRE = _Wire(linesep="\r\n")
