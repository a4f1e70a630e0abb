"""Web push against a push service that checks, decrypts and refuses as real ones do (S67, S68)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from py_vapid import Vapid

from channels.errors import SendError
from channels.vapid import public_key_text, vapid_key
from channels.web_push import MAX_PAYLOAD_BYTES, PushResult, allowed_endpoint, fitted, send_push
from tests.support.fake_fcm import FakeFcm
from tests.support.push_service import PushService

NEWS = {
    "id": "event-7-push-3",
    "title": "Заявка 152875: новый ответ",
    "body": "Попробуйте «перезагрузить» коммутатор.",
    "tag": "ticket-152875",
    "url": "/tickets/152875",
}


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as service:
        yield service


@pytest.fixture
def vapid(tmp_path: Path) -> Vapid:
    return vapid_key("", str(tmp_path))


def push(subscription: dict[str, Any], vapid: Vapid, payload: dict[str, Any] = NEWS, **options: Any) -> PushResult:
    return send_push(subscription, payload, vapid=vapid, subject="mailto:support@desk.example", **options)


def refusal(subscription: dict[str, Any], vapid: Vapid, **options: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        push(subscription, vapid, **options)
    return caught.value


def test_the_browser_reads_what_was_sent(service: PushService, vapid: Vapid) -> None:  # S68
    result = push(service.subscribe(), vapid)
    assert service.received[0].payload == NEWS
    assert NEWS["title"].encode() not in service.received[0].body
    assert result == PushResult(201, f"http://{service.host}/message/1")


def test_the_service_is_told_how_long_how_urgent_and_what_it_replaces(service: PushService, vapid: Vapid) -> None:
    push(service.subscribe(), vapid, topic="event-7")
    headers = service.received[0].headers
    assert (headers["ttl"], headers["urgency"], headers["topic"]) == ("86400", "high", "event-7")
    push(service.subscribe(), vapid, ttl=60, urgency="normal")
    headers = service.received[1].headers
    assert (headers["ttl"], headers["urgency"]) == ("60", "normal") and "topic" not in headers


def test_a_topic_that_a_service_would_refuse_becomes_one_that_it_takes(service: PushService, vapid: Vapid) -> None:
    for _ in range(2):
        push(service.subscribe(), vapid, topic="заявка-152875 and a tail that is far too long")
    first, second = (received.headers["topic"] for received in service.received)
    assert first == second and len(first) == 32 and first.isascii()


def test_each_message_is_signed_by_the_desk_for_its_own_service(service: PushService, vapid: Vapid) -> None:
    with PushService() as other:
        push(service.subscribe(), vapid)
        push(other.subscribe(), vapid)
        assert other.received[0].claims["aud"] == f"http://{other.host}"
    received = service.received[0]
    assert received.vapid_key == public_key_text(vapid)
    assert received.claims["aud"] == f"http://{service.host}"
    assert received.claims["sub"] == "mailto:support@desk.example"


@pytest.mark.parametrize("status", [404, 410])
def test_an_ended_subscription_is_gone(service: PushService, vapid: Vapid, status: int) -> None:
    service.answer(status)
    error = refusal(service.subscribe(), vapid)
    assert (error.permanent, error.gone) == (True, True)


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_refusal_is_final_but_the_subscription_lives(service: PushService, vapid: Vapid, status: int) -> None:
    service.answer(status)
    error = refusal(service.subscribe(), vapid)
    assert (error.permanent, error.gone, error.retry_after) == (True, False, None)
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_trouble_at_the_service_is_tried_again(service: PushService, vapid: Vapid, status: int) -> None:
    service.answer(status)
    error = refusal(service.subscribe(), vapid)
    assert (error.permanent, error.gone, error.retry_after) == (False, False, None)


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120), ("0", 0), ("9999999", 86400), ("soon", None), ("-5", None)]
)
def test_retry_after_is_obeyed(service: PushService, vapid: Vapid, said: str, seconds: int | None) -> None:
    service.answer(429, {"Retry-After": said})
    assert refusal(service.subscribe(), vapid).retry_after == seconds


def test_retry_after_as_a_date_is_obeyed(service: PushService, vapid: Vapid) -> None:
    service.answer(503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)})
    wait = refusal(service.subscribe(), vapid).retry_after
    assert wait is not None and 570 <= wait <= 600


def test_a_silent_service_is_tried_again(service: PushService, vapid: Vapid) -> None:
    subscription = service.subscribe()
    service.hang()
    error = refusal(subscription, vapid, timeout=0.2)
    assert (error.permanent, error.gone) == (False, False)


def test_a_service_that_can_not_be_reached_is_tried_again_and_its_secret_address_not_told(vapid: Vapid) -> None:
    with PushService() as service:
        subscription = service.subscribe()
    error = refusal(subscription, vapid, timeout=2)
    assert (error.permanent, error.gone) == (False, False)
    assert service.host in str(error) and "/push/" not in str(error)


def test_a_redirect_is_not_followed(service: PushService, vapid: Vapid) -> None:
    with PushService() as elsewhere:
        for status in (301, 302, 307, 308):
            service.answer(status, {"Location": elsewhere.subscribe()["endpoint"]})
            assert refusal(service.subscribe(), vapid).permanent
        assert elsewhere.received == [] and len(service.received) == 4


@pytest.mark.parametrize(
    "keys",
    [
        None,
        {},
        {"p256dh": "AAAA", "auth": "AAAA"},
        {"p256dh": 5, "auth": None},
        {"p256dh": "BJustifiably-not-a-point", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"p256dh": "ключ", "auth": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_subscription_with_broken_keys_is_gone(service: PushService, vapid: Vapid, keys: object) -> None:
    error = refusal(service.subscribe() | {"keys": keys}, vapid)
    assert (error.permanent, error.gone) == (True, True)
    assert service.received == []


def test_an_auth_secret_of_another_length_is_refused(service: PushService, vapid: Vapid) -> None:
    subscription = service.subscribe()
    subscription["keys"]["auth"] = "AAAA"
    assert refusal(subscription, vapid).gone


def test_a_wrong_subject_waits_for_the_operator(service: PushService, vapid: Vapid) -> None:
    with pytest.raises(SendError, match="VAPID_SUBJECT") as caught:
        send_push(service.subscribe(), NEWS, vapid=vapid, subject="nobody")
    assert not caught.value.permanent


def test_a_password_of_netrc_does_not_replace_the_signature(
    service: PushService, vapid: Vapid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login mallory password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    push(service.subscribe(), vapid)
    assert service.received[0].headers["authorization"].startswith("vapid ")


def test_a_long_text_is_shortened_at_a_word_and_arrives(service: PushService, vapid: Vapid) -> None:
    body = "Коммутатор не отвечает. " * 400
    push(service.subscribe(), vapid, NEWS | {"body": body})
    received = service.received[0]
    shown = received.payload["body"]
    assert shown.endswith("…") and body.startswith(shown[:-1]) and body[len(shown) - 1] == " "
    assert received.payload | {"body": ""} == NEWS | {"body": ""}
    assert len(received.body) <= 4096


@pytest.mark.parametrize("unit", ["а", "🙂", '"', "\n", "\\", "\x00", "слово "])
@pytest.mark.parametrize("size", [2500, 2950, 3000, 3050, 20000])
def test_any_text_is_made_to_fit(unit: str, size: int) -> None:
    text = fitted(NEWS | {"body": unit * (size // len(unit.encode()))})
    assert len(text.encode()) <= MAX_PAYLOAD_BYTES
    assert json.loads(text)["url"] == NEWS["url"]


def test_a_text_that_fits_is_left_alone() -> None:
    assert json.loads(fitted(NEWS)) == NEWS


def test_a_long_title_is_shortened_too() -> None:
    small = json.loads(fitted({"title": "слово " * 1000, "body": "б" * 1000, "url": "/"}))
    assert small["title"].endswith("слово…")


def test_what_can_not_be_made_to_fit_is_refused_for_good(service: PushService, vapid: Vapid) -> None:
    error = refusal(service.subscribe(), vapid, payload={"title": "t", "url": "/" + "x" * 4000})
    assert error.permanent and not error.gone


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
        "https://fcm.googleapis.com:443/wp/abc",
        "https://jmt17.google.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA-_=",
        "https://eu.push.services.mozilla.com/wpush/v1/x",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAB%2b%2f",
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://api.push.apple.com/3/device/x",
    ],
)
def test_known_push_services_are_allowed(url: str) -> None:
    assert allowed_endpoint(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fcm.googleapis.com/x",
        "//fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://evil.example@fcm.googleapis.com/x",
        "https://user:secret@fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com/x",
        "https://evil.example?fcm.googleapis.com/x",
        "https://evil.example#@fcm.googleapis.com/x",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://evil.example\\.push.apple.com/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://fcm.googleapis.com/\\evil",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com./x",
        "https://evilfcm.googleapis.com/x",
        "https://evil-push.apple.com/x",
        "https://push.apple.com/x",
        "https://notify.windows.com/x",
        "https://a..push.apple.com/x",
        "https://.push.apple.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:22/x",
        "https://fcm.googleapis.com:/x",
        "https://fcm.googleapis.com:443:80/x",
        "https://fcm.googleapis.com:４４３/x",
        "https://fcm%2egoogleapis.com/x",
        "https://fcm.googleapis.com%00.evil.example/x",
        "https://fcm。googleapis。com/x",
        "https://fcm.googleapis.com/x\n",
        "https://fcm.googleapis.com/x\r\nHost: evil.example",
        "\thttps://fcm.googleapis.com/x",
        " https://fcm.googleapis.com/x",
        "https://fcm.google\tapis.com/x",
        "https://fcm.googleapis.com/ы",
        "https:/fcm.googleapis.com/x",
        "https:///fcm.googleapis.com/x",
        "HTTPS://evil.example/x",
        "https://127.0.0.1/x",
        "http://127.0.0.1:8000/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://2130706433/x",
        "http://localhost/x",
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    assert not allowed_endpoint(url)
    assert not allowed_endpoint(url, "push.example,127.0.0.1:9000")


def test_hosts_of_the_setting_are_allowed_beside() -> None:
    extra = "push.example, other.example:8443 ,127.0.0.1:9000,evil.example:80"
    assert allowed_endpoint("https://push.example/x", extra)
    assert allowed_endpoint("https://other.example:8443/x", extra)
    assert allowed_endpoint("http://127.0.0.1:9000/x", extra)
    assert allowed_endpoint("https://fcm.googleapis.com/x", extra)
    assert not allowed_endpoint("http://push.example/x", extra)
    assert not allowed_endpoint("https://push.example:8443/x", extra)
    assert not allowed_endpoint("https://other.example/x", extra)
    assert not allowed_endpoint("http://127.0.0.1:9001/x", extra)
    assert not allowed_endpoint("http://evil.example:80/x", extra)
    assert not allowed_endpoint("https://127.0.0.1/x", "")


def test_a_process_reaches_the_push_service_at_its_real_name_through_the_operators_proxy(
    service: PushService, vapid: Vapid, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeFcm() as fcm:
        for name, value in fcm.environment.items():
            monkeypatch.setenv(name, value)
        endpoint = "https://jmt17.google.com/fcm/send/never-given"
        error = refusal(service.subscribe() | {"endpoint": endpoint}, vapid)
        assert error.gone and str(error) == "jmt17.google.com: 410"
        with pytest.raises(requests.exceptions.ProxyError):
            requests.post("https://elsewhere.example/x", timeout=5)
