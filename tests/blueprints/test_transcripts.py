"""The text of a recording in words: in the thread, in a form before it is sent, behind a hit of the search (S105)."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from extensions import db
from jobs import committed, transcribe
from models import Company, Equipment, Person, Ticket, VoiceNote
from tests import factories
from tests.blueprints.conftest import ClientOf, anew
from tests.blueprints.html import Element, Page
from tests.conftest import People
from tests.samples import spoken
from tests.support.heard import STEP, heard

SAID = "не работает порт на коммутаторе после обновления прошивки"
TEXT = "Не работает порт на коммутаторе после обновления прошивки."


@pytest.fixture
def bob(people: People, client_of: ClientOf) -> FlaskClient:
    return client_of(people.bob)


def record(client: FlaskClient, said: str = SAID, unsure: tuple[str, ...] = ("порт",)) -> str:
    """Send a recording and let this be heard in it; return its id."""
    audio = io.BytesIO((spoken.FOLDER / "sentence.ogg").read_bytes())
    answer = client.post("/voice-notes", data={"audio": (audio, "голос.ogg", "audio/ogg"), "recorded": "1"})
    public_id: str = answer.get_json()["id"]
    if said:
        with committed():
            db.session.execute(update(VoiceNote).where(VoiceNote.public_id == public_id).values(**heard(said, unsure)))
    return public_id


def say(client: FlaskClient, number: int, body: str, *notes: str, **values: str) -> None:
    form: dict[str, Any] = {"body": body, "voice_note_ids": list(notes), **values}
    assert client.post(f"/tickets/{number}/comments", data=form).status_code == 303


def opened(person: Person) -> int:
    number = factories.ticket(person).number
    db.session.commit()
    return number


def message(client: FlaskClient, number: int) -> Element:
    """Return the newest message of the thread."""
    page = Page(client.get(f"/tickets/{number}"))
    return [one for one in page.all("li") if one.attributes.get("id", "").startswith("comment-")][-1]


def timed(element: Element) -> dict[str, float]:
    return {word.text: float(word["data-at"]) for word in element.all("span") if "data-at" in word.attributes}


def test_an_edited_text_leads_to_the_seconds_of_what_stayed(bob: FlaskClient, people: People) -> None:  # S105
    number, note = opened(people.bob), record(bob)
    say(bob, number, "Добрый день!\n\nНе работает порт в коммутаторе SNR после прошивки, <b>срочно</b>", note)
    shown = message(bob, number)
    body = shown.one("div", class_="prose message__body")
    assert body.text == "Добрый день! Не работает порт в коммутаторе SNR после прошивки , <b>срочно</b>"
    said = ("Не", "работает", "порт", "в", "коммутаторе", "после")
    assert timed(body) == {
        **{word: round(place * STEP, 2) for place, word in enumerate(said)},
        "прошивки": round(7 * STEP, 2),
    }
    assert [word.text for word in body.all("span", class_="unsure")] == ["порт"]
    assert body["data-spoken"] == note
    assert shown.text.count("коммутаторе") == 1  # beside the recording it is not said a second time
    assert "Подчёркнутое расслышано неуверенно." in shown.text


def test_a_text_of_its_own_leaves_the_words_beside_the_recording(bob: FlaskClient, people: People) -> None:
    number, note = opened(people.bob), record(bob)
    say(bob, number, "Послушайте, пожалуйста, всё сказано в записи про порт", note)
    shown = message(bob, number)
    assert timed(shown.one("div", class_="prose message__body")) == {}
    text = shown.one("p", class_="voice-note__transcript")
    assert re.sub(r" (?=[.])", "", text.text) == TEXT and text["data-spoken"] == note and text["lang"] == "ru"
    assert timed(text)["прошивки"] == round(7 * STEP, 2)


def test_two_recordings_of_one_comment_are_told_apart(bob: FlaskClient, people: People) -> None:
    number, first, second = opened(people.bob), record(bob), record(bob, "лампа мигает красным", ())
    say(bob, number, f"{TEXT} Лампа мигает красным.", first, second)
    body = message(bob, number).one("div", class_="prose message__body")
    assert body["data-spoken"] == f"{first} {second}"
    of_second = [word.text for word in body.all("span") if word.attributes.get("data-of") == "1"]
    assert of_second == ["Лампа", "мигает", "красным"]


def test_links_and_code_stay_what_they_are(bob: FlaskClient, people: People) -> None:
    number, note = opened(people.bob), record(bob)
    html = f'<p>{TEXT}</p><pre><code>порт 1</code></pre><p><a href="https://x.ru/?a=1&amp;b=2">порт</a> & порт</p>'
    say(bob, number, html, note, body_format="html")
    body = message(bob, number).one("div", class_="prose message__body")
    assert body.one("code").text == "порт 1" and body.one("a").text == "порт"
    assert not body.one("pre").all("span") and not body.one("a").all("span")
    assert timed(body)["порт"] == 2 * STEP


def test_what_was_recognized_stays_with_the_ticket_for_the_specialist(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:  # S105
    number, note = opened(people.bob), record(bob)
    say(bob, number, "Не работает лампа на коммутаторе после замены прошивки", note)
    assert "Как распознано" not in message(bob, number).text
    shown = message(client_of(people.alice), number)
    assert shown.one("details", class_="fold voice-note__raw").one("p").text == SAID
    assert client_of(people.alice).get(f"/voice-notes/{note}/audio", buffered=True).status_code == 200


def test_a_real_recording_that_was_edited_leads_to_its_real_seconds(
    app: Flask, bob: FlaskClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "VOSK_MODEL", str(spoken.model_folder()))
    monkeypatch.setitem(app.config, "VOSK_HINTS", spoken.HINTS)
    number, note = opened(people.bob), record(bob, "")
    note_id, words = db.session.execute(select(VoiceNote.id, VoiceNote.words)).one()
    db.session.rollback()
    transcribe.transcribe(note_id)
    anew()
    words = db.session.scalars(select(VoiceNote.words)).one()
    edited = [*spoken.WORDS[:1], "새", *spoken.WORDS[1:3], spoken.WORDS[4]]
    say(bob, number, " ".join(edited), note)
    said = {word["word"]: word["start"] for word in words}
    shown = timed(message(bob, number).one("div", class_="prose message__body"))
    assert shown == pytest.approx({word: said[word] for word in edited if word in said})


def test_a_form_is_offered_what_was_heard_for_it(bob: FlaskClient, people: People) -> None:
    device = Equipment(company_id=people.company.id, serial_number="OE4423DS23", model="SNR-S2962-24T")
    db.session.add(device)
    db.session.commit()
    note = record(bob, "не работает порт серийный номер о е четыре четыре два три д эс два три", ("порт", "серийный"))
    address = f"/voice-notes/{note}/words"
    page = Page(bob.get(f"{address}?offers=1"))
    assert [button.text for button in page.all("button", class_="heard__word")] == ["порт", "серийный"]
    offers = {one["data-offer"]: one["data-value"] for one in page.all("li", class_="heard-offer")}
    assert offers["serial_numbers"] == "OE4423DS23" and offers["subject"].startswith("Не работает порт")
    assert "Добавить серийный номер OE4423DS23?" in page.text and "SNR-S2962-24T" in page.text
    assert bob.get(address).headers["Cache-Control"] == "no-store"
    assert not Page(bob.get(address)).all("li", class_="heard-offer")  # a comment has no such fields


def test_doubts_say_where_in_the_text_they_stand(bob: FlaskClient) -> None:
    note = record(bob, SAID, ("прошивки", "порт"))
    buttons = Page(bob.get(f"/voice-notes/{note}/words")).all("button", class_="heard__word")
    places = [(button.text, int(button["data-from"]), int(button["data-to"])) for button in buttons]
    assert [TEXT[start:end] for _, start, end in places] == [word for word, _, _ in places] == ["порт", "прошивки"]
    assert [float(button["data-doubt"]) for button in buttons] == [2 * STEP, round(7 * STEP, 2)]


def test_only_its_author_is_offered_anything_and_only_before_it_is_sent(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    number, note = opened(people.bob), record(bob)
    address = f"/voice-notes/{note}/words?offers=1"
    for stranger in (people.carol, people.mallory, people.alice):
        assert client_of(stranger).get(address).status_code == 404
    assert client_of(None).get(address).status_code == 303
    say(bob, number, TEXT, note)
    for reader in (people.bob, people.carol, people.alice):
        answer = client_of(reader).get(address)
        assert (answer.status_code, answer.data) == (200, b"")
    waiting = record(bob, "")
    assert bob.get(f"/voice-notes/{waiting}/words").data == b""


def test_another_companys_devices_are_not_offered(bob: FlaskClient, people: People) -> None:
    theirs = db.session.scalars(select(Company.id).where(Company.name == "Василёк")).one()
    db.session.add(Equipment(company_id=theirs, serial_number="OE4423DS23", model="SNR-S2962-24T"))
    db.session.commit()
    note = record(bob, "серийный номер о е четыре четыре два три д эс два три", ())
    page = Page(bob.get(f"/voice-notes/{note}/words?offers=1"))
    assert not page.all("li", data_offer="serial_numbers")


def test_a_hit_in_a_recording_leads_to_its_second(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    number, note = opened(people.bob), record(bob)
    say(bob, number, TEXT, note)
    comment = message(bob, number)["id"].removeprefix("comment-")
    for client, path in ((bob, "/tickets"), (client_of(people.alice), "/desk")):
        page = Page(client.get(path, query_string={"q": "прошивка коммутатора"}))
        link = page.one("a", class_="row-card__link")["href"]
        # two words were asked for: the first of them that stands near the other
        assert link == f"/tickets/{number}?at={comment}&t={4 * STEP:g}#voice-note-{note}", path
        assert page.one("span", class_="row-card__found").one("svg")["aria-label"] == "Голосовое сообщение"
    shown = Page(bob.get(link.partition("#")[0]))
    assert timed(shown)["коммутаторе"] == 4 * STEP and shown.one(id=f"voice-note-{note}")
    typed = Page(bob.get("/tickets", query_string={"q": "инструкцию"})).one("a", class_="row-card__link")["href"]
    assert typed == f"/tickets/{number}"


def test_an_internal_recording_leads_no_customer_anywhere(people: People, client_of: ClientOf) -> None:
    number, alice = opened(people.bob), client_of(people.alice)
    note = record(alice, "клиент сам перепутал кабели")
    say(alice, number, "", note, visibility="internal")
    assert "row-card__link" not in client_of(people.bob).get("/tickets", query_string={"q": "кабели"}).text
    link = Page(alice.get("/desk", query_string={"q": "кабели"})).one("a", class_="row-card__link")["href"]
    assert link.endswith(f"&t={3 * STEP:g}#voice-note-{note}")


def test_a_list_costs_one_more_statement_only_when_something_was_heard(
    app: Flask, bob: FlaskClient, people: People, statements: list[str]
) -> None:
    number = opened(people.bob)
    asked = {"query_string": {"q": "коммутатор"}}  # the description has it, too
    bob.get("/tickets", **asked)
    statements.clear()
    bob.get("/tickets", **asked)
    before = len(statements)
    say(bob, number, "", record(bob))
    bob.get("/tickets", **asked)
    statements.clear()
    bob.get("/tickets", **asked)
    assert len(statements) == before + 1
    assert db.session.scalar(select(func.count()).select_from(VoiceNote)) == 1


def test_its_author_corrects_the_text_after_it_was_sent(bob: FlaskClient, people: People, client_of: ClientOf) -> None:
    number, note = opened(people.bob), record(bob)
    say(bob, number, "", note)
    address = f"/voice-notes/{note}/text"
    assert (
        message(bob, number).one("a", class_="button button--plain button--small voice-note__edit")["href"] == address
    )
    form = Page(bob.get(address)).one("form", action=address)
    assert form.one("textarea").raw.strip() == TEXT
    answer = bob.post(address, data={"text": "Не работает порт 7 на коммутаторе."})
    comment = message(bob, number)["id"].removeprefix("comment-")
    assert answer.status_code == 303 and answer.location == f"/tickets/{number}?at={comment}#voice-note-{note}"
    shown = message(bob, number).one("p", class_="voice-note__transcript")
    seconds = {"Не": 0, "работает": STEP, "порт": 2 * STEP, "на": 3 * STEP, "коммутаторе": 4 * STEP}
    assert timed(shown) == pytest.approx(seconds)  # of what stayed
    assert "Исправлено автором." in message(bob, number).text
    assert SAID in message(client_of(people.alice), number).text
    found = Page(bob.get("/tickets", query_string={"q": "порт 7"})).one("a", class_="row-card__link")
    assert found["href"].endswith(f"&t={2 * STEP:g}#voice-note-{note}")
    bob.post(address, data={"text": "что угодно", "restore": "1"})
    assert message(bob, number).one("p", class_="voice-note__transcript").raw.split() == TEXT.split()


def test_nobody_else_corrects_it_and_nobody_in_a_closed_ticket(
    bob: FlaskClient, people: People, client_of: ClientOf
) -> None:
    number, note, unsent = opened(people.bob), record(bob), record(bob)
    say(bob, number, "", note)
    address = f"/voice-notes/{note}/text"
    for other in (people.carol, people.alice, people.mallory):
        client = client_of(other)
        assert {client.get(address).status_code, client.post(address, data={"text": "x"}).status_code} == {404}
        if other is not people.mallory:
            assert "voice-note__edit" not in client.get(f"/tickets/{number}").text
    assert bob.get(f"/voice-notes/{unsent}/text").status_code == 404
    too_long = bob.post(address, data={"text": "я" * 100_001})
    assert too_long.status_code == 422 and "Слишком длинно" in Page(too_long).text
    fragment = bob.post(address, data={"text": "Другое"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200 and Page(fragment).one("p", class_="voice-note__transcript").text == "Другое"
    with committed():
        db.session.execute(update(Ticket).values(status="closed"))
    assert bob.post(address, data={"text": "x"}).status_code == 404
    assert "voice-note__edit" not in bob.get(f"/tickets/{number}").text
