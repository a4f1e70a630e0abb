"""A copy of a recording that every browser plays: AAC in MP4, mono, its index in front so that it starts at once."""

from pathlib import Path
from typing import TYPE_CHECKING

from speech.decode import Converter

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

RATE = 24_000
BITS_PER_SECOND = 40_000


def is_playable(codec: str, container: str) -> bool:
    """Tell whether every browser plays a file of this codec and container (FFmpeg's names) as it is."""
    names = set(container.split(","))
    return (
        (codec == "aac" and "mp4" in names)
        or (codec.startswith("mp3") and "mp3" in names)
        or (codec == "pcm_s16le" and "wav" in names)
    )


class Copy:
    """Takes frames as they are decoded and encodes them at once, up to `limit` seconds of them."""

    def __init__(self, path: Path, limit: float) -> None:
        import av

        self._out = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._out.add_stream("aac", rate=RATE, layout="mono")
        self._stream.bit_rate = BITS_PER_SECOND
        self._converter = Converter(RATE, "fltp")
        self._left = int(limit * RATE)
        self._is_good = True

    def take(self, frame: "AudioFrame") -> None:
        import av

        if not self._is_good or self._left <= 0:
            return
        try:
            for made in self._converter.take(frame):
                self._encode(made)
        except av.FFmpegError:
            self._is_good = False  # the recording can be heard without its copy

    def _encode(self, frame: "AudioFrame") -> None:
        self._left -= frame.samples
        frame.pts = None
        self._out.mux(self._stream.encode(frame))

    def finish(self) -> bool:
        """Write what is left; tell whether there is a copy."""
        import av

        try:
            for made in self._converter.rest() if self._is_good else ():
                self._encode(made)
            self._out.mux(self._stream.encode(None))
            self._out.close()
        except av.FFmpegError:
            return False
        return self._is_good
