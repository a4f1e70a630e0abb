"""What a voice note offers for the form of a new ticket: of the speaker's own company, and nothing by itself (S105)."""

from typing import Any

from extensions import db
from models import Equipment, Person, VoiceNote
from services import voice_notes, voice_suggestions
from tests import factories
from tests.conftest import People
from tests.factories import NOW
from tests.rules.test_transcripts import words
from tests.services.test_voice_notes import note_of

SAID = (
    "здравствуйте не включается коммутатор | серийный номер о е сорок четыре двадцать три дэ эс двадцать три "
    "| заказ ноль ноль семь"
)


def spoken(owner: Person, said: str, language: str = "ru") -> VoiceNote:
    note, heard = note_of(owner), words(said)
    text = " ".join(word["word"] for word in heard)
    voice_notes.finish(note, text=text, words=heard, language=language, audio_ms=9000, model="vosk-model-small-ru-0.22")
    db.session.flush()
    return note


def device(company_id: int, serial: str, model: str) -> None:
    db.session.add(Equipment(company_id=company_id, serial_number=serial, model=model))
    db.session.flush()


def values(found: list[Any]) -> list[str]:
    return [one.value for one in found]


def test_what_was_said_is_offered_with_the_moment_it_was_said_at(people: People) -> None:  # S21, S22, S25, S26
    device(people.company.id, "OE4423DS23", "SNR-S2962-24T")
    note = spoken(people.bob, SAID)
    assert note.text == "Здравствуйте! Не включается коммутатор. Серийный номер OE4423DS23. Заказ 007."
    found = voice_suggestions.suggestions(note, people.bob)
    assert (found.subject, found.type) == ("Не включается коммутатор", "malfunction") and found.type_name
    [serial] = found.serials
    assert (serial.value, serial.label, serial.score) == ("OE4423DS23", "SNR-S2962-24T", 100)
    assert serial.start is not None and 2 < serial.start < 4
    assert values(found.orders) == ["007"] and found.articles == []
    assert voice_suggestions.as_json(found)["serials"][0]["value"] == "OE4423DS23"


def test_another_companys_devices_are_not_told_of(people: People) -> None:  # S71
    assert people.mallory.company_id is not None
    device(people.mallory.company_id, "OE4423DS23", "SECRET-2985")
    found = voice_suggestions.suggestions(spoken(people.bob, SAID), people.bob)
    assert found.serials == [] == found.articles
    found = voice_suggestions.suggestions(spoken(people.bob, "артикул двадцать девять восемьдесят пять"), people.bob)
    assert found.articles == [], "a name that one company alone has may be its own remark"


def test_a_model_is_offered_by_a_part_of_its_article_number(people: People) -> None:
    device(people.company.id, "A1", "SNR-S2985G-24TC")
    found = voice_suggestions.suggestions(spoken(people.bob, "артикул двадцать девять восемьдесят пять"), people.bob)
    assert values(found.articles) == ["SNR-S2985G-24TC"]


def test_an_order_that_he_has_named_before_is_known(people: People) -> None:
    factories.ticket(contact=people.bob, order_number="0000012345")
    note = spoken(people.bob, "когда приедет двенадцать триста сорок пять")
    assert values(voice_suggestions.suggestions(note, people.bob).orders) == ["0000012345"]
    assert voice_suggestions.suggestions(note, people.mallory).orders == []


def test_of_silence_nothing_is_offered(people: People) -> None:
    found = voice_suggestions.suggestions(spoken(people.bob, ""), people.bob)
    assert (found.subject, found.type, found.serials, found.articles, found.orders) == ("", "", [], [], [])
    assert note_of(people.bob).created_at == NOW
