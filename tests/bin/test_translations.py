"""The check of the catalogue finds what it is there for. That ours is complete, `make check` says."""

from typing import Any

from babel.messages.catalog import Catalog

from bin.translations import compiled, faults, in_sources, kept


def catalog(*entries: tuple[Any, Any], **values: Any) -> Catalog:
    made = Catalog(locale="ru")
    for text, translation in entries:
        made.add(text, translation, locations=[("a.html", 3)], **values)
    return made


def test_sources_are_read_in_every_language_they_are_written_in() -> None:
    found = {message.id for message in in_sources()}
    assert {"Open", "Create"} <= found  # one from Python, one from a template
    assert any(isinstance(text, tuple) for text in found)  # and a counted one


def test_complete_catalogue_has_no_faults() -> None:
    wanted = catalog(("Open", ""), (("%(n)s file", "%(n)s files"), ("", "")))
    found = catalog(("Open", "Открыта"), (("%(n)s file", "%(n)s files"), ("%(n)s файл", "%(n)s файла", "%(n)s файлов")))
    assert list(faults(wanted, found)) == []


def test_each_fault_is_named_with_its_place() -> None:
    wanted = catalog(("Open", ""))
    place = "a.html:3: "
    for found, fault in [
        (catalog(), place + "not in the catalogue: 'Open'"),
        (catalog(("Open", "")), place + "not translated: 'Open'"),
        (catalog(("Open", "Открыта"), flags=["fuzzy"]), place + "doubtful (fuzzy): 'Open'"),
        (catalog(("Open", "Открыта"), ("Shut", "Закрыта")), "left over: 'Shut'"),
    ]:
        assert list(faults(wanted, found)) == [fault]


def test_obsolete_entry_is_left_over() -> None:
    found = catalog(("Open", "Открыта"))
    found.obsolete["Shut"] = catalog(("Shut", "Закрыта"))["Shut"]
    assert list(faults(catalog(("Open", "")), found)) == ["left over: #~ 'Shut'"]


def test_compiled_catalogue_follows_the_text() -> None:
    assert compiled(kept()) != compiled(catalog(("Open", "Открыта")))
