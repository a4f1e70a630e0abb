"""The picture of a recording."""

import re

import pytest

from blueprints._waveform import BARS, HEIGHT, WIDTH, path


def bars(drawn: str) -> list[tuple[float, float, int]]:
    """Return (x, top, height) of each bar."""
    found = re.findall(r"M([\d.]+) ([\d.]+)v(\d+)", drawn)
    assert "".join(f"M{x} {top}v{tall}" for x, top, tall in found) == drawn
    return [(float(x), float(top), int(tall)) for x, top, tall in found]


def test_a_recording_not_looked_at_yet_has_no_picture() -> None:
    assert path([]) == ""


@pytest.mark.parametrize("count", [1, 7, BARS, 100, 160])
def test_bars_fill_the_picture_from_side_to_side(count: int) -> None:
    drawn = bars(path([50] * count))
    assert len(drawn) == min(count, BARS)
    gaps = [after[0] - before[0] for before, after in zip(drawn, drawn[1:], strict=False)]
    assert gaps == pytest.approx([WIDTH / len(drawn)] * (len(drawn) - 1), abs=0.02)
    assert drawn[0][0] + drawn[-1][0] == pytest.approx(WIDTH, abs=0.02)


def test_the_loudest_is_tallest_and_silence_is_still_seen() -> None:
    quiet, loud = bars(path([0, 100]))
    assert quiet[2] == 1 and loud[2] == HEIGHT - 4
    assert {top + tall / 2 for _x, top, tall in (quiet, loud)} == {HEIGHT / 2}
    assert max(tall for _x, _top, tall in bars(path([*[0] * 80, 100, *[0] * 79]))) == HEIGHT - 4  # a peak is not lost
