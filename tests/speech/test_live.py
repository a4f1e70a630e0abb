"""Somebody is heard while he still speaks: real recordings in small pieces, the real model."""

import threading
from pathlib import Path

import pytest

import speech
from speech.live import Heard
from tests.samples.spoken import FOLDER, HINTS, SENTENCE, WORDS

PIECE = 700  # bytes: a fifth of a second of Opus


def pieces(name: str) -> list[bytes]:
    sound = (FOLDER / name).read_bytes()
    return [sound[place : place + PIECE] for place in range(0, len(sound), PIECE)]


def listened(model: Path, sound: list[bytes], *, most_seconds: float = 60) -> tuple[list[Heard], bool]:
    """Return what was heard, step by step, and whether that was all."""
    with speech.Listener(model, HINTS, most_seconds=most_seconds) as listener:

        def feed() -> None:
            if all(map(listener.take, sound)):
                listener.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        heard = list(listener.heard())
        is_whole = listener.is_whole
        listener.stop()
        feeder.join()
        return heard, is_whole


def text(heard: Heard) -> str:
    return " ".join(word.word for word in heard.words)


@pytest.mark.parametrize(
    "name", ["sentence.webm", "sentence.ogg", "sentence-fragmented.mp4"]
)  # Chromium, Firefox, Safari
def test_words_come_one_after_the_other_and_all_of_them_in_the_end(model_path: Path, name: str) -> None:  # S105
    heard, is_whole = listened(model_path, pieces(name))
    assert is_whole and text(heard[-1]) == SENTENCE and heard[-1].partial == ""
    assert [word.start for word in heard[-1].words] == sorted(word.start for word in heard[-1].words)
    so_far = [f"{text(one)} {one.partial}".strip() for one in heard]
    assert WORDS[0] in so_far and " ".join(WORDS[:3]) in so_far  # long before the end


def test_words_are_there_before_the_sound_has_ended(model_path: Path) -> None:
    with speech.Listener(model_path, HINTS, most_seconds=60) as listener:
        sound = pieces("sentence.webm")
        for piece in sound[: len(sound) // 2]:
            assert listener.take(piece)
        found = next(one for one in listener.heard() if one.partial.startswith(WORDS[0]))
        assert found.words == ()
        listener.stop()
        assert not listener.is_whole


def test_what_is_no_recording_is_known_while_it_comes(model_path: Path) -> None:
    with speech.Listener(model_path, HINTS, most_seconds=60) as listener:
        assert listener.take(b"#EXTM3U\n/etc/passwd\n" * 1000) and listener.take(b"x" * 20_000)
        too_late = threading.Timer(60, listener.stop)
        too_late.start()
        assert [one.words for one in listener.heard()] == [()]  # though nobody has said that it is over
        assert too_late.is_alive()
        too_late.cancel()


@pytest.mark.parametrize(
    "sound",
    [
        [b"ffconcat version 1.0\nfile '/etc/passwd'\n"] * 40,
        [b"\x1aE\xdf\xa3" + bytes(range(256)) * 40],
        [b""],
        pieces("sentence.webm")[3:],  # its beginning is missing
    ],
    ids=["names-a-file", "noise", "nothing", "headless"],
)
def test_what_is_no_recording_ends_its_own_decoder_and_nothing_else(model_path: Path, sound: list[bytes]) -> None:
    heard, is_whole = listened(model_path, sound)
    assert not is_whole and [text(one) for one in heard if one.words] == []
    assert text(listened(model_path, pieces("sentence.webm"))[0][-1]) == SENTENCE


def test_nobody_is_heard_for_longer_than_a_recording_may_last(model_path: Path) -> None:
    heard, is_whole = listened(model_path, pieces("sentence.webm"), most_seconds=3)
    assert not is_whole
    assert 0 < len(heard[-1].words) < len(WORDS)


def test_a_decoder_that_was_killed_is_noticed(model_path: Path) -> None:
    with speech.Listener(model_path, HINTS, most_seconds=60) as listener:
        sound = pieces("sentence.webm")
        assert listener.take(sound[0])
        listener._process.kill()
        listener._process.wait()
        assert not listener.take(sound[1])
        assert [one.words for one in listener.heard()] == [()]
        assert not listener.is_whole
