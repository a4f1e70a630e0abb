"""The ear: one process that hears several speakers at once while they speak, each in a thread, all with one model.

What a speaker sends is opened by a program of his own (`speech.live`). A killed ear's speakers are heard by the next one
from the beginning of what they have said; whatever else goes wrong with one ends his live words and nothing else.
"""

import logging
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

import speech
from rules import transcripts
from services import live_ears
from services.live_words import State

log = logging.getLogger(__name__)

WAIT_SECONDS = 1.0  # for a speaker, and for his next words
GRACE_SECONDS = 10.0  # a browser stops a recording a little late


class Ear:
    """Hears up to LIVE_SPEAKERS at once. `listen` returns when `stop` is called, from a signal's handler or a thread."""

    def __init__(self, config: Mapping[str, Any], name: str = "") -> None:
        self.name = name or uuid.uuid4().hex
        self._model_path, self._data_dir = config["VOSK_MODEL"], config["DATA_DIR"]
        self._hints: Sequence[str] = config["VOSK_HINTS"]
        self._places: int = config["LIVE_SPEAKERS"]
        self._seconds = config["RECORDING_SECONDS"] + GRACE_SECONDS
        self._speakers: dict[str, threading.Thread] = {}
        self._stopped = threading.Event()
        self._is_deaf = False

    def stop(self) -> None:
        self._stopped.set()

    def listen(self) -> None:
        """Hear whoever speaks, until `stop`. While Redis is away nobody is heard, and it is asked again."""
        while not self._stopped.is_set():
            try:
                self._turn()
                self._is_deaf = False
            except RedisError as error:
                if not self._is_deaf:
                    log.warning("nobody is heard while he speaks: %s", error)
                self._is_deaf = True
                self._stopped.wait(WAIT_SECONDS)
        with suppress(RedisError):
            live_ears.leave(self.name)
        for thread in self._speakers.values():
            thread.join()

    def _turn(self) -> None:
        live_ears.beat(self.name, self._places if self._load() else 0)
        self._speakers = {public_id: thread for public_id, thread in self._speakers.items() if thread.is_alive()}
        for public_id in live_ears.waiting(WAIT_SECONDS):
            if public_id in self._speakers or len(self._speakers) >= self._places:
                self._stopped.wait(WAIT_SECONDS)  # its thread is late to say that it has him; or he is another ear's
            elif live_ears.hold(public_id, self.name):
                self._speakers[public_id] = threading.Thread(target=self._hear, args=(public_id,), daemon=True)
                self._speakers[public_id].start()

    def _load(self) -> bool:
        """Read the models in use, those that are new: it takes a second. Tell whether there is one."""
        models = speech.in_use(self._model_path, self._data_dir)
        speech.forget(keep=models)
        loaded = 0
        for model in models:
            try:
                speech.preload(model)
                loaded += 1
            except speech.ModelError as error:
                log.warning("the speech model can't be loaded: %s", error)
        return loaded > 0

    def _hear(self, public_id: str) -> None:
        """Hear one speaker to his end."""
        state = State.LATER
        try:
            spoken, shown = live_ears.about(public_id)
            model = speech.find(self._model_path, self._data_dir, spoken)
            if model is not None and self._tell(public_id, model, shown):
                state = State.DONE
        except (RedisError, speech.ModelError) as error:
            log.warning("%s is heard later: %s", public_id, error)
        if not self._stopped.is_set():  # else the next ear goes on with him
            with suppress(RedisError):
                live_ears.end(public_id, self.name, state)

    def _tell(self, public_id: str, model: Path, shown: str) -> bool:
        """Show a speaker his words as they are recognized; tell whether all of them were. `shown`: what he has seen already,
        when an ear that was killed has heard him before: nothing goes from his screen while this one catches up."""
        language, told = speech.language(model), ("", "")
        with speech.Listener(model, self._hints, most_seconds=self._seconds) as listener:
            feeder = threading.Thread(target=self._feed, args=(public_id, listener), daemon=True)
            feeder.start()
            try:
                for heard in listener.heard():
                    text = _text(heard.words, language)
                    said = text, heard.partial
                    if said != told and sum(map(len, said)) + 1 >= len(shown):
                        live_ears.tell(public_id, *said, language)
                        told, shown = said, ""
                return listener.is_whole
            finally:
                listener.stop()
                feeder.join()

    def _feed(self, public_id: str, listener: speech.Listener) -> None:
        """Give the listener what comes, until the last of it, or until the speaker is no longer there or no longer ours."""
        number, is_over = 0, False
        try:
            while not is_over:
                if self._stopped.is_set() or listener.is_stopped or not live_ears.hold(public_id, self.name):
                    return listener.stop()
                for chunk in live_ears.chunks(public_id, number, WAIT_SECONDS):
                    number, is_over = chunk.number, chunk.is_last
                    if not listener.take(chunk.sound):
                        return None
            return listener.close()
        except RedisError:
            return listener.stop()


def _text(words: Sequence[speech.Word], language: str) -> str:
    """Return what is over as it will be read: in sentences, with digits."""
    return transcripts.joined(transcripts.restored([asdict(word) for word in words], language))
