"""The knowledge base: sections that nest, counts on their tiles, drafts, search (S82–S87)."""

import io

import pytest
from flask import Flask

from extensions import db
from models import KbArticle, KbFile, KbSection
from rules.errors import Invalid, InvalidMove
from services import files, knowledge, knowledge_editing, knowledge_votes
from tests import factories
from tests.conftest import People

NOW = factories.NOW


def section(name: str, parent: KbSection | None = None) -> KbSection:
    return knowledge_editing.add_section(name, parent=parent)


def article(of: KbSection, title: str, text: str = "Текст", *, is_published: bool = True) -> KbArticle:
    return knowledge_editing.save_article(None, name=title, text=text, section=of, is_published=is_published, at=NOW)


def a_file(name: str, *, of: KbSection | None = None, article: KbArticle | None = None) -> KbFile:
    stored = files.store(io.BytesIO(name.encode()))
    return knowledge_editing.add_file(stored, name, section=of, article=article, at=NOW)


def test_tiles_count_what_is_right_inside_them(app: Flask) -> None:  # S84, S85
    first, second = section("Прошивки"), section("Регламент")
    inner = section("SNR", first)
    article(first, "A"), article(inner, "B"), article(inner, "C"), article(first, "D", is_published=False)
    a_file("nos.img", of=first), a_file("схема.png", article=article(second, "E"))
    assert [(tile.name, tile.sections_count, tile.articles_count, tile.files_count) for tile in knowledge.sections()] == [
        ("Прошивки", 1, 1, 1), ("Регламент", 0, 1, 0)
    ]  # fmt: skip
    assert knowledge.sections(drafts=True)[0].articles_count == 2
    assert [(tile.id, tile.articles_count) for tile in knowledge.sections(first.id)] == [(inner.id, 2)]
    assert knowledge.sections(second.id) == []


def test_the_path_leads_from_the_outermost_section_down(app: Flask, statements: list[str]) -> None:  # S83
    outer = section("1")
    middle = section("2", outer)
    inner = section("3", middle)
    statements.clear()
    assert knowledge.path(inner) == [outer, middle, inner]
    assert len(statements) == 1
    assert knowledge.path(outer) == [outer]
    assert [(one.name, depth) for one, depth in knowledge.tree()] == [("1", 0), ("2", 1), ("3", 2)]


def test_sections_that_hold_each_other_do_not_hang_the_page(app: Flask) -> None:
    one = section("1")
    two = section("2", one)
    one.parent_id = two.id
    db.session.flush()
    assert len(knowledge.path(one)) == 20


def test_a_section_never_comes_to_lie_in_itself(app: Flask) -> None:
    outer = section("1")
    inner = section("2", outer)
    for parent in (outer, inner):
        with pytest.raises(Invalid, match="inside_itself"):
            knowledge_editing.change_section(outer, "1", parent=parent)
    knowledge_editing.change_section(inner, " Новое \n имя ", parent=None)
    assert (inner.name, inner.parent_id) == ("Новое имя", None)


def test_only_an_empty_section_is_removed(app: Flask) -> None:
    full, of_file, empty = section("1"), section("2"), section("3")
    article(full, "A", is_published=False), a_file("a.txt", of=of_file)
    for one in (full, of_file):
        with pytest.raises(InvalidMove, match="section_not_empty"):
            knowledge_editing.remove_section(one)
    knowledge_editing.remove_section(empty)
    assert [one.name for one, _ in knowledge.tree()] == ["1", "2"]


def test_articles_stand_by_title_until_somebody_puts_them_in_order(app: Flask) -> None:
    of = section("Прошивки")
    article(of, "Б"), article(of, "А"), article(section("Другой"), "В")
    assert [found.title for found in knowledge.articles(of.id)] == ["А", "Б"]
    knowledge_editing.shift(knowledge.articles(of.id), knowledge.articles(of.id)[1], up=True)
    article(of, "Аа")
    assert [found.title for found in knowledge.articles(of.id)] == ["Б", "А", "Аа"]
    knowledge_editing.shift(knowledge.articles(of.id), knowledge.articles(of.id)[0], up=True)  # the first stays it
    assert knowledge.articles(of.id)[0].title == "Б"


def test_a_number_that_nothing_has_finds_nothing(app: Flask) -> None:
    for number in [0, -1, 999, 2**31, 2**63, 10**30]:
        assert knowledge.section(number) is None
        assert knowledge.article(number) is None
    for public_id in ("", "x", "0" * 32, "0" * 31 + "'"):
        assert knowledge.file(public_id) is None


def test_a_draft_and_its_files_are_there_for_the_administrator_alone(app: Flask) -> None:
    draft = article(section("Прошивки"), "Черновик", "Загрузчик", is_published=False)
    file = a_file("a.txt", article=draft)
    assert knowledge.article(draft.id) is None and knowledge.file(file.public_id) is None
    assert knowledge.article(draft.id, drafts=True) is draft and knowledge.file(file.public_id, drafts=True) is file
    db.session.commit()
    assert knowledge.search("загрузчик") == []


ASKED = {
    "прошивка": 1,
    "ПРОШИВКОЙ": 1,
    " загрузчики ": 1,
    "ЗАГРУЗЧИК": 1,
    "snr-s2962": 1,
    "": 0,
    "   ": 0,
    "%": 0,
    "_": 0,
    "\\": 0,
    "\x00": 0,
    "нет такого": 0,
}


def test_search_finds_words_in_every_form_and_nothing_by_signs_alone(app: Flask) -> None:  # S82
    article(section("Прошивки"), "Прошивка SNR-S2962-24T", "Сначала обновите загрузчик")
    db.session.commit()
    for asked, count in ASKED.items():
        assert len(knowledge.search(asked)) == count, asked


def test_what_an_article_holds_is_made_safe(app: Flask) -> None:
    picture = f"/kb/files/{'a' * 32}"
    plain, html = knowledge_editing.body(
        f'<p onclick="x()">Схема<script>alert(1)</script></p><img src="{picture}" alt="Стойка" onerror="x()">'
        '<img src="https://evil.example/a.png"><img src="/logout"><a href="javascript:x()">да</a><table><tr><td>1</td></tr></table>'
    )
    assert html.count("<img") == 1 and f'<img src="{picture}" alt="Стойка">' in html
    assert "script" not in html and "onclick" not in html and "onerror" not in html and "evil" not in html
    assert "<td>1</td>" in html and plain.startswith("Схема")
    assert knowledge_editing.body("a < b\n\nhttps://nag.wiki")[1].startswith("<p>a &lt; b</p><p><a href=")
    with pytest.raises(Invalid, match="too_long"):
        knowledge_editing.body("<b>" * 6000)


def test_a_picture_sent_with_the_text_becomes_the_articles_own(people: People) -> None:
    sent = files.keep(files.store(io.BytesIO(b"png")), "снимок.png", people.anna, at=NOW)
    text = f'<div>Вот: <img src="/attachments/{sent.public_id}" alt="снимок"></div>'
    made = knowledge_editing.save_article(
        None, name="A", text=text, section=section("1"), is_published=True, at=NOW, pictures=[sent]
    )
    [file] = knowledge.files(article_id=made.id)
    assert (file.name, file.sha256, file.content_type) == ("снимок.png", sent.sha256, "image/png")
    assert f'src="/kb/files/{file.public_id}"' in made.body_html and "/attachments/" not in made.body_html


def test_every_change_gives_the_whole_another_state(app: Flask) -> None:
    states = [knowledge.state()]
    of = section("1")
    states.append(knowledge.state())
    made = article(of, "A")
    states.append(knowledge.state())
    file = a_file("a.txt", article=made)
    states.append(knowledge.state())
    knowledge_editing.remove_file(file)
    states.append(knowledge.state())
    knowledge_editing.remove_article(made)
    states.append(knowledge.state())
    assert len(set(states)) == len(states)


def test_an_article_takes_its_files_and_answers_along(people: People) -> None:
    made = article(section("1"), "A")
    a_file("a.txt", article=made)
    knowledge_votes.vote(made, knowledge_votes.of_person(people.bob), is_helpful=True, comment=None, at=NOW)
    knowledge_editing.remove_article(made)
    assert db.session.query(KbFile).count() == 0 and knowledge_votes.tallies([made.id]) == {}


def test_each_has_one_answer_and_may_change_it(people: People) -> None:
    made = article(section("1"), "A")
    bob, browser = knowledge_votes.of_person(people.bob), knowledge_votes.of_browser("x" * 32)
    knowledge_votes.vote(made, bob, is_helpful=True, comment=None, at=NOW)
    knowledge_votes.vote(made, browser, is_helpful=True, comment="Коротко\nи ясно", at=NOW)
    knowledge_votes.vote(made, bob, is_helpful=False, comment="я" * 900, at=NOW)
    knowledge_votes.vote(made, browser, is_helpful=True, comment=None, at=NOW)
    assert knowledge_votes.tallies([made.id, 999]) == {made.id: knowledge_votes.Tally(1, 1)}
    assert {line.comment for line in knowledge_votes.lines(made)} == {"я" * 500, "Коротко и ясно"}
    assert "x" * 32 not in browser
