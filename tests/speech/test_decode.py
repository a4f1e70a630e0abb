import struct
import zlib
from pathlib import Path

import av
import pytest

from speech import BadAudio, blocks, probe
from speech.decode import BLOCK_BYTES, BYTES_PER_SECOND
from tests.samples.spoken import FOLDER, MICROPHONE_WAV

RECORDINGS = sorted(path.name for path in FOLDER.glob("sentence*"))
SECONDS = 7.21

PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\xff\0\0")),
        (b"IEND", b""),
    )
)


def wav(seconds: float, rate: int, channels: int, size: int | None = None) -> bytes:
    """Return a silent WAV file; its header may claim what no microphone has."""
    width = channels * 2
    data = bytes(size if size is not None else int(seconds * rate) * width)
    form = struct.pack("<HHIIHH", 1, channels, rate, (rate * width) % 2**32, width % 2**16, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def flac(path: Path, rate: int, layout: str) -> bytes:
    """Return the sentence as FLAC in Ogg with that rate and those channels."""
    resampler = av.AudioResampler("s16", layout, rate)
    with av.open(str(MICROPHONE_WAV)) as source, av.open(str(path), "w", format="ogg") as out:
        stream = out.add_stream("flac", rate=rate, layout=layout)
        for frame in source.decode(audio=0):
            for made in resampler.resample(frame):
                out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path.read_bytes()


def refusal(path: Path) -> str:
    """Return the code of the BadAudio that decoding the file raises."""
    with pytest.raises(BadAudio) as caught:
        list(blocks(path))
    return caught.value.code


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_kind_of_recording_has_its_length(name: str) -> None:
    assert probe(FOLDER / name).seconds == pytest.approx(SECONDS, abs=0.06)


def test_there_is_a_recording_of_every_kind_that_people_send() -> None:
    kinds = {(probe(FOLDER / name).container.split(",")[0], probe(FOLDER / name).codec) for name in RECORDINGS}
    assert kinds == {
        ("matroska", "opus"),
        ("mov", "aac"),
        ("mp3", "mp3float"),
        ("ogg", "opus"),
        ("wav", "pcm_s16le"),
    }


def test_the_webm_sample_states_no_length_as_a_browsers_does() -> None:
    with av.open(str(FOLDER / "sentence.webm")) as container:
        assert container.duration is None


def test_blocks_are_full_except_the_last() -> None:
    sizes = [len(block) for block in blocks(MICROPHONE_WAV)]
    assert set(sizes[:-1]) == {BLOCK_BYTES}
    assert 0 < sizes[-1] <= BLOCK_BYTES


def test_decoding_stops_at_the_limit() -> None:
    assert sum(map(len, blocks(MICROPHONE_WAV, max_seconds=1.3))) == int(1.3 * BYTES_PER_SECOND)
    assert probe(FOLDER / "sentence.webm", max_seconds=2).seconds == 2


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (96_000, 6)])
def test_other_rates_and_channels_become_one_of_16_khz(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "silence.wav"
    path.write_bytes(wav(0.5, rate, channels))
    pcm = b"".join(blocks(path))
    assert len(pcm) == pytest.approx(BYTES_PER_SECOND / 2, rel=0.01)
    assert not any(pcm)


@pytest.mark.parametrize("name", ["sentence.webm", "sentence.ogg", "sentence.mp3", "sentence-fragmented.mp4"])
def test_a_recording_that_was_cut_gives_the_part_that_arrived(tmp_path: Path, name: str) -> None:
    whole = (FOLDER / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) // 2])
    assert 2 < probe(path).seconds < 5


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_spoilt_in_the_middle_keeps_the_rest(tmp_path: Path, name: str) -> None:
    whole = bytearray((FOLDER / name).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 300] = b"\xff" * 300
    path = tmp_path / name
    path.write_bytes(whole)
    assert 5 < probe(path).seconds < SECONDS + 0.06


def test_a_stream_that_changes_its_shape_is_decoded_whole(tmp_path: Path) -> None:
    parts = [flac(tmp_path / f"{rate}.ogg", rate, layout) for rate, layout in ((48_000, "mono"), (24_000, "stereo"))]
    path = tmp_path / "chained.ogg"
    path.write_bytes(b"".join(parts))
    with av.open(str(path)) as container:
        assert {frame.sample_rate for frame in container.decode(audio=0)} == {48_000, 24_000}
    assert probe(path).seconds == pytest.approx(2 * SECONDS, abs=0.1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (wav(0, 16_000, 1), "empty"),
        ("это просто текст\n".encode() * 99, "not-audio"),
        (PNG, "not-audio"),
        (bytes(range(256)) * 40, "not-audio"),
        ((FOLDER / "sentence.mp4").read_bytes()[:20_000], "not-audio"),
        ((FOLDER / "sentence.webm").read_bytes()[:100], "not-audio"),
        (wav(0, 1, 1, size=4_000_000), "empty"),
        (wav(0, 2**31 - 1, 1, size=100_000), "empty"),
        (wav(0, 48_000, 65_535, size=1_000_000), "empty"),
    ],
    ids=["nothing", "silence", "text", "png", "bytes", "cut-mp4", "cut-webm", "1Hz", "2GHz", "65535-channels"],
)
def test_a_file_without_sound_is_refused_with_its_reason(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "voice.webm"
    path.write_bytes(content)
    assert refusal(path) == code


def test_a_film_without_sound_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "voice.mp4"
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 32
        out.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        out.mux(stream.encode(None))
    assert refusal(path) == "no-audio-stream"


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile '{secret}'\n",
        "#EXTM3U\n#EXTINF:7,\n{secret}\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ],
    ids=["ffconcat", "playlist", "sdp"],
)
def test_a_file_that_names_another_file_reads_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "voice.webm"
    path.write_text(text.format(secret=MICROPHONE_WAV))
    assert refusal(path) == "not-audio"


def test_a_name_that_looks_like_an_address_is_only_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("concat:a|b.ogg").write_bytes((FOLDER / "sentence.ogg").read_bytes())
    assert probe("concat:a|b.ogg").seconds > 7


def test_a_file_that_is_not_there_is_no_bad_audio(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(blocks(tmp_path / "none.webm"))


def test_ffmpeg_says_nothing_on_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "voice.mp4"
    path.write_bytes((FOLDER / "sentence.mp4").read_bytes()[:20_000])
    refusal(path)
    assert capfd.readouterr() == ("", "")
