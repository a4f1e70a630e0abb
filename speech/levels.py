"""How loud a recording is, moment by moment: its picture, and where nobody speaks.

Plain samples in, 16 kHz mono signed 16-bit, as `speech.decode` makes them.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

RATE = 16_000
FRAME = 320  # samples in 20 ms
FRAME_BYTES = FRAME * 2
FRAMES_PER_SECOND = RATE // FRAME
BARS = 160

DEAD = 16  # of 32768: what stays below is no sound at all, only a converter's noise
LOUDER_THAN_NOISE, OF_THE_LOUDEST = 3.0, 0.06  # how loud speech is at least, by both
LEAST_SILENCE = 1.6  # seconds; shorter ones end sentences and are left to the recognizer
MARGIN = 0.5  # seconds of a longer one that are kept on either side: it needs them to see that a word has ended
QUIET = 0.4  # seconds of the silence that a piece is cut in
FULL = 3_000  # a recording that is nowhere louder is drawn as quiet as it is


def peaks(pcm: bytes | bytearray | memoryview) -> "array[int]":
    """Return the loudest sample of each 20 ms, 0 to 32768; the last frame may be shorter."""
    samples = memoryview(pcm)[: len(pcm) // 2 * 2].cast("h")
    found = array("H")
    for place in range(0, len(samples), FRAME):
        frame = samples[place : place + FRAME].tolist()
        found.append(max(*frame, -min(frame)))
    return found


def bars(frames: Sequence[int], count: int = BARS) -> list[int]:
    """Return the picture of a recording: at most `count` bars of 0 to 100."""
    if not frames:
        return []
    full = max(*frames, FULL, 1)
    count = min(count, len(frames))
    edges = [len(frames) * place // count for place in range(count + 1)]
    pairs = zip(edges, edges[1:], strict=False)
    return [round(100 * (max(frames[left:right]) / full) ** 0.6) for left, right in pairs]


@dataclass(frozen=True)
class Stretch:
    """Samples from `start` to `end`, in bytes of the piece that they are of."""

    start: int
    end: int


def spoken(pcm: bytes) -> list[Stretch]:
    """Return the parts of a piece in which there is something to hear, in order; none when it is silent throughout."""
    frames = peaks(pcm)
    least = threshold(frames) if frames else 0
    loud = [place for place, peak in enumerate(frames) if peak > least]
    if not loud:
        return []
    longest, margin = int(LEAST_SILENCE * FRAMES_PER_SECOND), int(MARGIN * FRAMES_PER_SECOND)
    edges = [-1, *loud, len(frames)]
    found, start = list[Stretch](), 0
    for last, place in zip(edges, edges[1:], strict=False):
        if place - last <= longest:
            continue
        if last >= 0:
            found.append(Stretch(start, min((last + 1 + margin) * FRAME_BYTES, len(pcm))))
        start = max(0, place - margin) * FRAME_BYTES
    if len(frames) - loud[-1] <= longest:
        found.append(Stretch(start, len(pcm)))
    return found


def threshold(frames: Sequence[int]) -> int:
    """Return how loud a frame must be to be heard: in a noisy place nearly all are, so that nothing quiet is lost."""
    ranked = sorted(frames)
    noise, loudest = ranked[len(ranked) // 10], ranked[len(ranked) * 98 // 100]
    return max(DEAD, int(min(noise * LOUDER_THAN_NOISE, loudest * OF_THE_LOUDEST)))


def quiet_place(pcm: bytes, start: int, end: int) -> int:
    """Return the byte between `start` and `end` at which to cut a piece: the middle of the quietest moment there."""
    start = start // FRAME_BYTES * FRAME_BYTES
    frames, width = peaks(pcm[start:end]), int(QUIET * FRAMES_PER_SECOND)
    if len(frames) <= width:
        return start
    sums = [sum(frames[:width])]
    for place in range(width, len(frames)):
        sums.append(sums[-1] + frames[place] - frames[place - width])
    return start + (sums.index(min(sums)) + width // 2) * FRAME_BYTES
