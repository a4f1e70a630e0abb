"""Letters that mail programs show whole, in the light and in the dark, and put together (S60–S66)."""

import base64
import random
import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from flask import Flask

from channels import letter_samples, letters
from channels.wire import WIRE
from extensions import db
from models import Attachment, Delivery, DeliveryState, EventKind
from tests.support.letter_rows import AT, NUMBER, Talk

MOST_BYTES = 100_000  # Gmail cuts off what comes after 102 KB


@pytest.fixture
def talk(app: Flask) -> Talk:
    return Talk()


def parts(delivery: Delivery) -> tuple[str, str]:
    letter = letters.render(delivery)
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None and html is not None
    return text.get_content(), html.get_content()


def words(count: int) -> str:
    chance = random.Random(1)
    return " ".join(chance.choice(["порт", "прошивка", "<b>&amp;</b>", "загрузчик\n"]) for _ in range(count))


@pytest.mark.parametrize(
    ("count", "files_count", "is_cut"), [(10, 0, False), (10, 80, True), (1000, 0, True), (12_000, 80, True)]
)
def test_no_letter_is_too_large_for_gmail(talk: Talk, count: int, files_count: int, is_cut: bool) -> None:
    new = [talk.say(words(count), minute) for minute in range(5)][-1]
    for number in range(files_count):
        file = {"name": "x" * 200, "content_type": "text/plain", "size": 5, "sha256": "0" * 64, "created_at": AT}
        db.session.add(Attachment(public_id=f"{number:032}", owner_id=talk.agent.id, comment_id=new.id, **file))
    db.session.flush()
    letter = letters.render(talk.news(new))
    assert len(letter.as_bytes(policy=WIRE)) < MOST_BYTES
    text, html = parts(talk.delivery("comment", talk.event(EventKind.COMMENTED, new), key="again"))
    assert ("Читать дальше в заявке" in html) == ("Читать дальше в заявке:" in text) == is_cut
    assert html.rstrip().endswith("</html>") and "5 последних комментариев:" in text


def test_styles_stand_on_the_tags_and_the_dark_ones_in_a_sheet(talk: Talk) -> None:
    html = '<p>Смотрите <a href="https://nag.wiki">здесь</a></p><pre>show version</pre><blockquote>q</blockquote>'
    _, page = parts(talk.news(talk.say("Смотрите", html=html)))
    for tag in ("body", "h1", "a", "pre", "blockquote"):
        assert re.search(rf'<{tag}[^>]* style="[^"]+"', page), tag
    sheets = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(sheets) == 1 and "prefers-color-scheme: dark" in sheets[0]
    assert "css-inline" not in page and "<img" not in page and "<link" not in page


def test_outlook_and_gmail_put_the_letters_of_a_ticket_together(talk: Talk) -> None:
    one, two = (letters.render(talk.news(talk.say(text, minute))) for minute, text in enumerate(("раз", "два")))
    assert one["References"] == two["References"] == f"<ticket-{NUMBER}@desk.example>"
    assert one["Thread-Index"] == two["Thread-Index"] and len(base64.b64decode(one["Thread-Index"])) == 22
    assert one["Thread-Topic"] == two["Thread-Topic"] == f"[TicketID: {NUMBER}]"


def test_a_new_ticket_and_its_answer_in_one_letter_show_both(talk: Talk) -> None:  # S75
    described = talk.say("Не включается", by=talk.contact)
    opened = talk.delivery("opened", talk.event(EventKind.OPENED, described, by=talk.contact), to=talk.agent)
    answered = talk.news(talk.say("Проверьте питание", 1), to=talk.agent)
    answered.state, answered.gathered_into_id = DeliveryState.GATHERED, opened.id
    db.session.flush()
    letter = letters.render(opened)
    text, _ = parts(opened)
    assert letter["Subject"] == f"[TicketID: {NUMBER}] Новый комментарий к заявке"
    assert "2 новых комментария:" in text and "Не включается" in text and "Проверьте питание" in text
    assert letter["X-Ticket-Events"] == f"{opened.event_id} {answered.event_id}"


def test_what_is_sent_is_what_arrives(talk: Talk) -> None:
    sent = letters.render(talk.news(talk.say("ёж")))
    came = message_from_bytes(sent.as_bytes(policy=WIRE), policy=policy.default)
    assert {name: str(value).strip() for name, value in came.items()} == {
        name: str(value).strip() for name, value in sent.items()
    }


@pytest.mark.parametrize(
    "subject",
    [
        "[TicketID: 152876] Наступила дата следующего взаимодействия по этой заявке, и она снова в работе",
        "Ссылка для подтверждения регистрации в Клиентском портале и ещё очень много других слов",
        "[TicketID: 1] plain",
        "a" * 120 + " б",
        "Ё",
    ],
)
def test_a_long_subject_keeps_each_of_its_spaces(subject: str) -> None:
    letter = EmailMessage()
    letter["Subject"] = subject
    raw = letter.as_bytes(policy=WIRE)
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == subject
    assert raw.isascii() and (not subject.startswith("[") or raw.startswith(b"Subject: [TicketID: 1"))
    assert max(map(len, raw.split(b"\r\n"))) < 200


def test_an_unknown_sample_is_none(talk: Talk) -> None:
    assert letter_samples.of("none", talk.agent) is None
