"""Which company an address may speak for (S116, S128, D7)."""

import pytest

from rules.domains import candidates, domain_of, is_domain, is_free, matches, normal_domain


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("nag.company", "nag.company"),
        (" https://www.NAG.company/about?x=1#y ", "nag.company"),
        ("@nag.company.", "nag.company"),
        ("user@nag.company", "nag.company"),
        ("http://nag.company:8080/", "nag.company"),
        ("xn--e1aybc.xn--p1ai", "тест.рф"),
        ("Тест.РФ", "тест.рф"),
        ("xn--\u2603", "xn--\u2603"),
        ("", ""),
    ],
)
def test_a_domain_is_kept_in_one_form(typed: str, normal: str) -> None:
    assert normal_domain(typed) == normal


@pytest.mark.parametrize("domain", ["nag.company", "тест.рф", "a-b.co.uk", "4ip.ru"])
def test_domains(domain: str) -> None:
    assert is_domain(domain)


@pytest.mark.parametrize("text", ["", "nag", "nag..ru", "-nag.ru", "na g.ru", "nag.1", "nag_.ru", f"{'a' * 64}.ru"])
def test_no_domains(text: str) -> None:
    assert not is_domain(text)


@pytest.mark.parametrize(
    "domain", "gmail.com mail.ru yandex.ru ya.ru bk.ru inbox.ru rambler.ru internet.ru vk.com mx.yandex.ru".split()
)
def test_free_post_is_nobodys(domain: str) -> None:  # D7
    assert is_free(domain) and candidates(f"somebody@{domain}") == ()


def test_an_address_speaks_for_its_domain_and_those_above() -> None:  # S116
    assert domain_of("Bob@NOC.Romashka.example") == "noc.romashka.example"
    assert candidates("bob@noc.romashka.example") == ("noc.romashka.example", "romashka.example")
    assert matches("bob@romashka.example", "romashka.example") and matches(
        "bob@noc.romashka.example", "romashka.example"
    )
    assert matches("bob@xn--e1aybc.xn--p1ai", "тест.рф")


@pytest.mark.parametrize("email", ["bob@evilromashka.example", "bob@romashka.example.evil.org", "bob", "", "a@mail.ru"])
def test_a_look_alike_speaks_for_nobody_else(email: str) -> None:
    assert not matches(email, "romashka.example") and not matches(email, "")


def test_a_company_that_calls_free_post_its_own_gets_nobody() -> None:
    assert not matches("bob@mail.ru", "mail.ru")
