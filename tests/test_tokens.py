"""Everything visual has its name in static/css/tokens.css: no other sheet invents a colour, a size or a shadow."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "static" / "css"
TOKENS = (FOLDER / "tokens.css").read_text()
PAGES = sorted((FOLDER.parents[1] / "templates").rglob("*.html"))
SCRIPTS = sorted((FOLDER.parent / "js").glob("*.js"))
PARTS = sorted(file.name for file in FOLDER.glob("*.css") if file.name != "tokens.css")
COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\(|:\s*(?:white|black|red|gr[ae]y)\b"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def rules(name: str) -> str:
    return COMMENT.sub("", (FOLDER / name).read_text())


def test_every_sheet_is_a_part_of_the_one_that_is_sent_or_linked_by_the_page_that_needs_it() -> None:
    sent = set((FOLDER / "parts.txt").read_text().split())
    linked = set(re.findall(r"asset\('css/([\w-]+\.css)'\)", "".join(page.read_text() for page in PAGES)))
    assert sent | linked == {*PARTS, "tokens.css"}


@pytest.mark.parametrize("name", PARTS)
def test_colours_and_shadows_have_names(name: str) -> None:
    assert COLOUR.findall(rules(name)) == []
    shadows = re.findall(r"box-shadow: ([^;}]+)", rules(name))
    assert [one for one in shadows if "var(--" not in one and one.strip() != "none"] == []


@pytest.mark.parametrize("name", PARTS)
def test_letters_have_a_size_of_the_scale(name: str) -> None:
    scale = set(re.findall(r"--size(?:-\w+)?: ([\d.]+rem)", TOKENS))
    assert set(re.findall(r"font-size: ([\d.]+(?:rem|px))", rules(name))) <= scale


def test_every_name_that_is_used_is_there_and_every_one_that_is_there_is_used() -> None:
    sheets = "".join(rules(name) for name in (*PARTS, "tokens.css"))
    told = {name for script in SCRIPTS for name in re.findall(r'setProperty\("(--[\w-]+)"', script.read_text())}
    known = set(re.findall(r"(--[\w-]+):", sheets)) | told
    used = set(re.findall(r"var\((--[\w-]+)\)", sheets))  # one with a second value may be missing
    assert used <= known
    assert set(re.findall(r"(--[\w-]+):", TOKENS)) <= set(re.findall(r"var\((--[\w-]+)", sheets))


def test_the_dark_stands_twice_and_both_times_the_same() -> None:
    system = TOKENS.split(':root:not([data-theme="light"]) {')[1].split("}")[0]
    own = TOKENS.split(':root[data-theme="dark"] {')[1].split("}")[0]
    assert system.split() == own.split()
