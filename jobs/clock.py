"""The only place below the edge that looks at the clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
