"""How a channel says that a message did not go out."""


class SendError(Exception):
    """A message that was not taken.

    `permanent`: trying again is of no use. `retry_after`: seconds to wait that the other side asked for, or None.
    `gone`: the address itself is dead and should be forgotten (always permanent). `way_closed`: it was not about this
    message, the next one would fare no better now.
    """

    def __init__(
        self,
        permanent: bool,
        retry_after: int | None = None,
        *,
        gone: bool = False,
        way_closed: bool = False,
        reason: str = "",
    ) -> None:
        super().__init__(reason or ("refused for good" if permanent else "refused for now"))
        self.permanent = permanent
        self.retry_after = retry_after
        self.gone = gone
        self.way_closed = way_closed
