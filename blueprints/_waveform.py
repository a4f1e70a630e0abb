"""The picture of a recording: bars as tall as it is loud, as the path of an SVG 160 wide and 32 high."""

from collections.abc import Sequence

BARS = 80  # what a phone shows with air between them
WIDTH, HEIGHT = 160, 32


def path(peaks: Sequence[int]) -> str:
    """Return the `d` of the path: a stroke for each bar. `peaks` are 0..100; of too many, neighbours share a bar."""
    if not peaks:
        return ""
    bars = _fewer(peaks)
    step = WIDTH / len(bars)
    return "".join(_bar(step * (place + 0.5), peak) for place, peak in enumerate(bars))


def _fewer(peaks: Sequence[int]) -> list[int]:
    count = min(BARS, len(peaks))
    edges = [round(place * len(peaks) / count) for place in range(count + 1)]
    return [max(peaks[start:end]) for start, end in zip(edges, edges[1:], strict=False)]


def _bar(x: float, peak: int) -> str:
    tall = max(1, round(min(100, max(0, peak)) * (HEIGHT - 4) / 100))
    return f"M{round(x, 2):g} {(HEIGHT - tall) / 2:g}v{tall}"
