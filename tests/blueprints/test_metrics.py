"""GET /metrics: what watches over the desk reads there, and who may."""

import re

from flask import Flask

from extensions import db, redis
from services import live_ears, live_words, metrics
from tests.conftest import Client, People
from tests.services.test_voice_notes import note_of


def lines(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content_type.split(";")[0]) == (200, "text/plain")
    return {name: float(value) for name, value in re.findall(r"^([a-z]\S*) (\S+)$", answer.text, re.MULTILINE)}


def test_notes_that_wait_and_what_the_models_cost_are_told(app: Flask, people: People) -> None:
    note_of(people.bob)
    db.session.commit()
    redis.client.sadd("rq:workers", "rq:worker:hears")
    redis.client.hset("rq:worker:hears", metrics.MODELS, '{"vosk-model-small-ru-0.22": [0.9, 550000000]}')
    live_ears.beat("listens", 2)
    live_words.begin(people.bob.id, "ru")
    found = lines(app.test_client())  # type: ignore[arg-type]
    assert found['desk_voice_notes{state="waiting"}'] == 1 and found["desk_voice_note_oldest_seconds"] > 0
    labels = '{model="vosk-model-small-ru-0.22",worker="hears"}'
    assert found[f"desk_speech_model_load_seconds{labels}"] == 0.9
    assert found[f"desk_speech_model_bytes{labels}"] == 550_000_000
    assert (found["desk_live_places"], found["desk_live_speakers"]) == (2, 1)
    redis.client.flushdb()


def test_others_need_the_token(app: Flask) -> None:
    client = app.test_client()
    passed_on = {"X-Forwarded-For": "203.0.113.5"}
    assert client.get("/metrics", headers=passed_on).status_code == 404
    assert client.get("/metrics", headers=passed_on | {"Authorization": "Bearer "}).status_code == 404
    app.config["METRICS_TOKEN"] = "a token of the operator's"
    try:
        right = passed_on | {"Authorization": "Bearer a token of the operator's"}
        assert client.get("/metrics", headers=right).status_code == 200
        assert client.get("/metrics", headers=right | {"Authorization": "Bearer x"}).status_code == 404
    finally:
        app.config["METRICS_TOKEN"] = ""
