"""The knowledge base: sections that nest, counts on their tiles, search (S82–S87)."""

from flask import Flask

from extensions import db
from models import KbArticle, KbSection
from services import knowledge
from tests import factories


def section(name: str, parent: KbSection | None = None, position: int = 0) -> KbSection:
    made = KbSection(name=name, parent_id=parent.id if parent else None, position=position)
    db.session.add(made)
    db.session.flush()
    return made


def article(of: KbSection, title: str, text: str = "Текст") -> KbArticle:
    made = KbArticle(
        section_id=of.id, title=title, body_html=f"<p>{text}</p>", body_text=text, updated_at=factories.NOW
    )
    db.session.add(made)
    db.session.flush()
    return made


def test_tiles_count_what_is_right_inside_them(app: Flask) -> None:  # S84, S85
    second, first = section("Регламент", position=1), section("Прошивки", position=0)
    inner = section("SNR", first)
    article(first, "A"), article(inner, "B"), article(inner, "C")
    assert [(tile.name, tile.sections_count, tile.articles_count, tile.files_count) for tile in knowledge.sections()] == [
        ("Прошивки", 1, 1, 0), ("Регламент", 0, 0, 0)
    ]  # fmt: skip
    assert [(tile.id, tile.articles_count) for tile in knowledge.sections(first.id)] == [(inner.id, 2)]
    assert knowledge.sections(second.id) == []


def test_the_path_leads_from_the_outermost_section_down(app: Flask) -> None:  # S83
    outer = section("1")
    middle = section("2", outer)
    inner = section("3", middle)
    assert knowledge.path(inner) == [outer, middle, inner]
    assert knowledge.path(outer) == [outer]


def test_sections_that_hold_each_other_do_not_hang_the_page(app: Flask) -> None:
    one = section("1")
    two = section("2", one)
    one.parent_id = two.id
    db.session.flush()
    assert len(knowledge.path(one)) == 20


def test_articles_stand_by_title(app: Flask) -> None:
    of = section("Прошивки")
    article(of, "Б"), article(of, "А"), article(section("Другой"), "В")
    assert [found.title for found in knowledge.articles(of.id)] == ["А", "Б"]


def test_a_number_that_nothing_has_finds_nothing(app: Flask) -> None:
    for number in [0, -1, 999, 2**31, 2**63, 10**30]:
        assert knowledge.section(number) is None
        assert knowledge.article(number) is None


ASKED = {
    "прошивк": 1,
    "ПРОШИВК": 1,
    " загрузчик ": 1,
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


def test_search_finds_words_in_any_case_and_nothing_by_signs_alone(app: Flask) -> None:
    article(section("Прошивки"), "Прошивка SNR-S2962-24T", "Сначала обновите загрузчик")
    for asked, count in ASKED.items():
        assert len(knowledge.search(asked)) == count, asked


def test_a_hit_carries_the_beginning_of_its_text(app: Flask) -> None:
    found = article(section("Прошивки"), "Прошивка", "слово " * 200)
    [hit] = knowledge.search("слово")
    assert (hit.id, hit.title, hit.excerpt) == (found.id, "Прошивка", ("слово " * 200)[:200])
