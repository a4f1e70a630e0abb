"""What the desk may refuse. Each error carries a code; the edge finds the words in the reader's language."""


class DeskError(Exception):
    """A refusal that a person caused and a person can mend. `code` names the reason for the edge to word."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class NotAllowed(DeskError):
    """The person may see the thing, but may not do this to it."""


class InvalidMove(DeskError):
    """The ticket's status has no such move for this actor."""


class Invalid(DeskError):
    """A field that can't be taken as it is. `field` is the form's name for it."""

    def __init__(self, field: str, code: str, **values: object) -> None:
        super().__init__(code, **values)
        self.field = field


class Stale(DeskError):
    """Somebody changed the thing first; the slower one has to look again."""
