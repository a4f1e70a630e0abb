"""The specification's anchors: every name in code, tests and documents leads somewhere."""

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
