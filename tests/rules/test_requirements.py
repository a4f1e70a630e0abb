"""The specification's anchors: every name in code, tests and documents leads somewhere, and what is claimed is tested."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "docs" / "requirements.md"
ANCHORS = re.findall(r'<a id="([SD]\d+)"></a>', REQUIREMENTS.read_text(encoding="utf-8"))
SKIPPED = {"var", "static", "samples", "node_modules", "screenshots"}


def named(text: str) -> Iterator[str]:
    """Yield S48, D2 … as they are written in prose and comments; of a range both ends."""
    prose = re.sub(r"# noqa:.*", "", text)
    return (match[0] for match in re.finditer(r"(?<![\w#&.\-/\"'])[SD][1-9]\d{0,2}(?![\w\-])", prose))


def readable_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith(".")]
        yield from (Path(folder, name) for name in files if name.endswith((".py", ".md", ".html")))


def test_each_requirement_and_decision_has_one_anchor() -> None:
    expected = [f"S{number}" for number in range(1, 133)] + [f"D{number}" for number in range(1, 15)]
    assert expected == ANCHORS


def test_names_in_the_repository_lead_to_an_anchor() -> None:
    lost = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in readable_files()
        for name in named(path.read_text(encoding="utf-8"))
        if name not in ANCHORS
    }
    assert lost == set()


def numbers(text: str) -> Iterator[int]:
    """Yield the numbers of the requirements that a text names; of a range all."""
    for first, last in re.findall(r"\bS([1-9]\d{0,2})(?:–S([1-9]\d{0,2}))?(?![\w-])", text):
        yield from range(int(first), int(last or first) + 1)


def written_tests(path: Path) -> Iterator[str]:
    """Yield each test function of a file as it is written, with what its comments name."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min(found.lineno for found in (node, *node.decorator_list))
            yield "\n".join(lines[first - 1 : node.end_lineno])


def test_what_is_claimed_to_hold_is_driven_by_a_test_as_a_reader_drives_it() -> None:
    """By one over HTTP or in a browser that names it; the heading of a whole file is not enough."""
    [claim] = re.findall(r"^Driven by tests .*: (S.+)\.$", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    paths = [path for folder in ("blueprints", "browser") for path in (ROOT / "tests" / folder).rglob("test_*.py")]
    driven = {number for path in paths for text in written_tests(path) for number in numbers(text)}
    assert set(numbers(claim)) - driven == set()


def test_links_between_documents_lead_somewhere() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


@pytest.mark.parametrize("page", ["statuses.md", "glossary.md"])
def test_links_to_requirements_lead_to_an_anchor(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"requirements\.md#(\w+)", text))
    assert targets - {*ANCHORS, "moves"} == set()
    assert targets
