"""Recordings of every kind that people send, made by PyAV of the one in this folder."""

from dataclasses import dataclass
from pathlib import Path

import av

from tests.samples.spoken import MICROPHONE_WAV


@dataclass(frozen=True)
class Kind:
    """A container with a codec, as FFmpeg calls them, and the sound in it."""

    suffix: str
    container: str
    codec: str
    rate: int
    form: str
    layout: str = "mono"
    options: tuple[tuple[str, str], ...] = ()


FRAGMENTED = (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)
KINDS = {
    "webm-opus": Kind("webm", "webm", "libopus", 48_000, "flt"),
    "ogg-opus": Kind("ogg", "ogg", "libopus", 48_000, "flt"),
    "mp4-aac": Kind("m4a", "mp4", "aac", 44_100, "fltp", "stereo"),
    "fragmented-mp4-aac": Kind("mp4", "mp4", "aac", 48_000, "fltp", options=FRAGMENTED),
    "fragmented-mp4-opus": Kind("mp4", "mp4", "libopus", 48_000, "flt", options=FRAGMENTED),
    "mp3": Kind("mp3", "mp3", "libmp3lame", 44_100, "fltp"),
    "wav": Kind("wav", "wav", "pcm_s16le", 48_000, "s16", "stereo"),
    "wav-a-law": Kind("wav", "wav", "pcm_alaw", 8_000, "s16"),
    "amr-nb": Kind("amr", "amr", "libopencore_amrnb", 8_000, "s16"),
    "3gp-amr": Kind("3gp", "3gp", "libopencore_amrnb", 8_000, "s16"),
    "flac": Kind("flac", "flac", "flac", 44_100, "s16"),
}


def make(path: Path, kind: Kind, *, seconds: float = 1e9, times: int = 1, source: Path = MICROPHONE_WAV) -> Path:
    """Write the sound of `source`, so many times in a row and so much of it, as a file of that kind."""
    with av.open(str(path), "w", format=kind.container, options=dict(kind.options)) as out:
        stream = out.add_stream(kind.codec, rate=kind.rate, layout=kind.layout)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(kind.form, kind.layout, kind.rate, frame_size=stream.codec_context.frame_size)
        left = int(seconds * kind.rate)
        for _ in range(times):
            with av.open(str(source)) as recording:
                for frame in recording.decode(audio=0):
                    frame.pts = None
                    for made in resampler.resample(frame):
                        if left > 0:
                            left -= made.samples
                            out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path
