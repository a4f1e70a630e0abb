"""What an INTEGER column holds: databases fail on a larger number instead of finding nothing."""

LARGEST = 2**31 - 1


def fits(number: int) -> bool:
    """Tell whether `number`, as somebody typed it, can be a row's at all."""
    return 0 < number <= LARGEST
