import random
from array import array

from speech.decode import BYTES_PER_SECOND
from speech.levels import bars, peaks, quiet_place, spoken

CHANCE = random.Random(1)


def noise(seconds: float, loud: int) -> bytes:
    return array("h", [CHANCE.randint(-loud, loud) for _ in range(int(seconds * 16_000))]).tobytes()


def seconds(pcm: bytes) -> list[tuple[float, float]]:
    found = spoken(pcm)
    return [(round(one.start / BYTES_PER_SECOND, 1), round(one.end / BYTES_PER_SECOND, 1)) for one in found]


def test_silence_before_between_and_after_is_left_out_but_for_a_margin() -> None:
    pcm = noise(3, 5) + noise(1, 9000) + noise(4, 5) + noise(1, 9000) + noise(1, 5) + noise(1, 9000) + noise(3, 5)
    assert seconds(pcm) == [(2.5, 4.5), (7.5, 11.5)]


def test_a_recording_without_a_sound_has_nothing_to_hear() -> None:
    assert spoken(noise(3, 8)) == spoken(bytes(64_000)) == spoken(b"") == []


def test_a_soft_voice_is_heard_and_in_a_noisy_place_everything_is() -> None:
    assert seconds(noise(3, 4) + noise(1, 120) + noise(3, 4)) == [(2.5, 4.5)]
    assert seconds(noise(3, 2000) + noise(1, 4000) + noise(3, 2000)) == [(0.0, 7.0)]


def test_a_piece_is_cut_where_it_is_quiet() -> None:
    pcm = noise(2, 9000) + noise(0.6, 10) + noise(2, 9000)
    place = quiet_place(pcm, BYTES_PER_SECOND, len(pcm))
    assert 2.0 < place / BYTES_PER_SECOND < 2.6 and place % 2 == 0
    assert quiet_place(pcm[:640], 0, 640) == 0


def test_the_picture_is_as_high_as_the_recording_is_loud() -> None:
    drawn = bars(peaks(noise(1, 20_000) + noise(1, 2_000) + noise(1, 0)))
    assert len(drawn) == 150 and drawn[0] > 90 and 15 < drawn[75] < 40 and drawn[-1] == 0
    assert max(bars(peaks(noise(1, 300)))) < 40, "a quiet recording is not drawn as a loud one"
    assert bars([]) == []
