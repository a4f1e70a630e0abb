"""Turns a sound file of any usual kind into the plain samples that the recognizer takes.

The files come from strangers: only named containers are opened and only from disk, and the sound is
read in pieces and only up to a limit, so neither its kind nor its length can cost more than that.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # PyAV is imported where it is used: the web process knows this module but never decodes
    from av.audio.frame import AudioFrame
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

RATE = 16_000
BYTES_PER_SECOND = RATE * 2
BLOCK_BYTES = 8_000
MAX_SECONDS = 600.0

# Hertz that recordings have. A file that claims 1 Hz would grow 16000 times, all at once.
_RATES = range(4_000, 384_001)

# Without these a text that begins with "ffconcat" or "#EXTM3U" makes FFmpeg read the files that it names.
_ONLY = {
    "format_whitelist": "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,ogg,wav,mp3,aac,amr,flac,caf",
    "protocol_whitelist": "file",
}


class BadAudio(Exception):
    """A file that holds no sound for us; `code` says why.

    empty: no bytes, or no sound inside; not-audio: nothing that can be opened as a recording;
    no-audio-stream: a recording without a sound track; damaged: the decoder broke down over it;
    too-heavy: it wants more memory or time than a recording may.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sound:
    """What a file holds, up to the limit: seconds counted from its samples (a browser's WebM states none), codec and
    container by FFmpeg's names. `peaks` is its picture, 0 to 100; `has_copy`: a copy was written."""

    seconds: float
    codec: str
    container: str
    peaks: tuple[int, ...] = ()
    is_cut: bool = False
    has_copy: bool = False


def blocks(path: str | Path, *, max_seconds: float = MAX_SECONDS) -> Iterator[bytes]:
    """Yield the sound as 16 kHz mono signed 16-bit little-endian samples, BLOCK_BYTES a piece (the last: fewer).

    Stops at `max_seconds`. A file that was cut short or is spoilt further on gives the part that can be read.
    Raises BadAudio at the first step when there is none, and OSError when the file can't be read at all.
    """
    with opened(path) as (container, stream):
        yield from cut(pcm(container, stream), int(max_seconds * RATE) * 2)


def probe(path: str | Path, *, max_seconds: float = MAX_SECONDS) -> Sound:
    """Return what the file holds, by decoding it up to `max_seconds`; raises as `blocks` does."""
    with opened(path) as (container, stream):
        pieces = cut(pcm(container, stream), int(max_seconds * RATE) * 2)
        size = sum(len(piece) for piece in pieces)
        return Sound(size / BYTES_PER_SECOND, stream.codec_context.name, container.format.name)


@contextmanager
def opened(path: str | Path) -> "Iterator[tuple[InputContainer, AudioStream]]":
    with open(path, "rb") as file:
        if not file.read(1):
            raise BadAudio("empty")
    # An absolute path: FFmpeg would take "a:b.webm" for an address of the protocol "a".
    with opened_source(os.path.abspath(path)) as found:
        yield found


@contextmanager
def opened_source(
    source: object, options: Mapping[str, str] = MappingProxyType({})
) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Open a path, or something to `read` from that can't go back: a recording whose end is still to be spoken."""
    import av

    av.logging.set_level(av.logging.PANIC)
    try:
        container = av.open(source, "r", options={**options, **_ONLY}, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        raise BadAudio("not-audio") from error
    with container:
        if not container.streams.audio:
            raise BadAudio("no-audio-stream")
        # A spoilt header may name a codec that nobody knows: the stream has no decoder then.
        stream = next((one for one in container.streams.audio if one.codec_context is not None), None)
        if stream is None:
            raise BadAudio("not-audio")
        yield container, stream


def pcm(
    container: "InputContainer", stream: "AudioStream", also: "Callable[[AudioFrame], object] | None" = None
) -> Iterator[bytes]:
    """Yield samples in whatever lengths they come; raises BadAudio("empty") when not one did. `also` gets each frame."""
    import av

    found = False
    try:
        for frame in resampled(_frames(container, stream, also), RATE, "s16"):
            found = True
            yield bytes(frame.planes[0])[: frame.samples * 2]  # a plane is padded beyond its samples
    except av.FFmpegError:
        pass  # a spoilt header may claim a thousand channels: what came before it is good
    if not found:
        raise BadAudio("empty")


def resampled(frames: "Iterable[AudioFrame]", rate: int, form: str) -> "Iterator[AudioFrame]":
    """Yield the frames as mono of that rate; ends at one that claims a rate no recording has."""
    converter = Converter(rate, form)
    for frame in frames:
        if frame.sample_rate not in _RATES:
            break
        yield from converter.take(frame)
    yield from converter.rest()


class Converter:
    """Turns frames of whatever shape into mono of one rate, in the sample format `form`."""

    def __init__(self, rate: int, form: str) -> None:
        self._rate, self._form = rate, form
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None

    def take(self, frame: "AudioFrame") -> "Iterator[AudioFrame]":
        import av

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            # A chained Ogg or an AAC stream may change on the way; a resampler may not.
            yield from self.rest()
            self._resampler, self._shape = av.AudioResampler(self._form, "mono", self._rate), shape
        assert self._resampler is not None
        yield from self._resampler.resample(frame)

    def rest(self) -> "Iterator[AudioFrame]":
        if self._resampler is not None:
            yield from self._resampler.resample(None)
        self._resampler = self._shape = None


def _frames(
    container: "InputContainer", stream: "AudioStream", also: "Callable[[AudioFrame], object] | None"
) -> "Iterator[AudioFrame]":
    """Yield decoded frames up to where the file ends or breaks off; single spoilt packets are left out."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if also and frame.sample_rate in _RATES:
                also(frame)
            yield frame


def cut(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Yield the first `limit` bytes of `pieces` as blocks of BLOCK_BYTES; always the same blocks for a file."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece[:limit]
        limit -= len(piece)
        while len(waiting) >= BLOCK_BYTES:
            yield bytes(waiting[:BLOCK_BYTES])
            del waiting[:BLOCK_BYTES]
        if limit <= 0:
            break
    if waiting:
        yield bytes(waiting)
