"""What is kept to be quick: pages in browsers and on the way there, parts of pages in the server's memory. None of it may
reach somebody else."""

import pytest
from flask import Flask

from extensions import db
from models import Ticket
from tests import factories
from tests.blueprints.conftest import ClientOf
from tests.blueprints.html import Page
from tests.conftest import People


@pytest.fixture
def ticket(people: People) -> Ticket:
    made = factories.ticket(people.bob)
    db.session.commit()
    return made


def test_pages_of_a_person_are_kept_by_no_cache(
    app: Flask, people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    guest, bob = client_of(None), client_of(people.bob)
    for path in ("/kb", "/help", "/help/regulations", "/help/consent", "/kb/search?q=x"):
        first = guest.get(path)
        assert first.headers["Cache-Control"] == "private, no-cache" and "Cookie" in first.headers["Vary"]
        kept = {"If-None-Match": first.headers["ETag"]}
        assert guest.get(path, headers=kept).status_code == 304
        assert client_of(None).get(path, headers=kept).status_code == 200  # another's token stands in that page
        answer = bob.get(path, headers=kept)
        assert answer.status_code == 200 and "ETag" not in answer.headers
    pages = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    assert len(pages) > 30
    for person in (people.bob, people.anna):
        client = client_of(person)
        for path in [*pages, f"/tickets/{ticket.number}", f"/tickets/{ticket.number}/glance"]:
            answer = client.get(path, buffered=True)
            lasting = answer.headers.get("Cache-Control", "")
            is_nobodys = path in {"/sw.js", "/manifest.json", "/favicon.ico"}
            assert "no-store" in lasting or is_nobodys, (path, lasting)


@pytest.mark.usefixtures("tokens")
def test_no_page_holds_what_is_anothers_though_parts_of_pages_are_kept_for_all(
    people: People, client_of: ClientOf, ticket: Ticket
) -> None:
    """Parts of pages are rendered once for everybody; tokens and addresses are put in for each."""
    clients = {person.email: client_of(person) for person in (people.bob, people.carol, people.alice, people.anna)}
    paths = ["/tickets", "/tickets/new", f"/tickets/{ticket.number}", "/profile", "/kb", "/help", "/login", "/company"]
    tokens: dict[str, set[str]] = {email: set() for email in clients}
    pages: list[tuple[str, str]] = []
    for path in paths * 2:  # the second time from what is kept
        for email, client in clients.items():
            page = client.get(path, follow_redirects=True)
            metas = Page(page).all("meta", name="csrf-token")
            tokens[email] |= {meta["content"] for meta in metas}
            pages.append((email, page.get_data(as_text=True)))
    assert all(tokens.values())
    for email, text in pages:
        for other, theirs in tokens.items():
            assert other == email or not any(token in text for token in theirs), (email, other)
    for email, client in clients.items():
        sent = {"csrf_token": next(iter(tokens[email])), "locale": "ru"}
        assert client.post("/profile/look", data=sent).status_code == 303
        stolen = next(iter(tokens[next(other for other in clients if other != email)]))
        assert client.post("/profile/look", data=sent | {"csrf_token": stolen}).status_code in {400, 401}
