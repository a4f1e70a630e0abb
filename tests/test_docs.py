"""What the documents promise is there: every setting as `config.py` has it, every link's end."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import config

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {setting.name: setting for setting in config.SETTINGS}
ROW = re.compile(r"\| `([A-Z][A-Z0-9_]+)` \| (.+?) \| (.+?) \|")
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests" / "samples").glob("*.md")})
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)\s]*)?\)")


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall((ROOT / "docs" / "settings.md").read_text())


def test_the_operators_page_lists_every_setting_once_and_no_other() -> None:
    names = [name for name, _, _ in rows()]
    assert sorted(names) == sorted(SETTINGS)


def test_it_says_the_defaults_and_meanings_that_the_program_has() -> None:
    for name, default, meaning in rows():
        setting = SETTINGS[name]
        assert default == (f"`{setting.default}`" if setting.default else "(empty)"), name
        assert meaning == setting.help, name


def example() -> list[str]:
    return (ROOT / ".env.example").read_text().splitlines()


def test_the_example_file_names_every_setting_with_its_meaning_above() -> None:
    found = {}
    lines = example()
    for above, line in zip(lines, lines[1:], strict=False):
        if match := re.fullmatch(r"#([A-Z][A-Z0-9_]+)=.*", line):
            found[match[1]] = above.removeprefix("# ")
    assert found == {name: setting.help for name, setting in SETTINGS.items()}


def test_the_example_file_sourced_as_it_is_changes_nothing() -> None:
    assert [line for line in example() if line and not line.startswith("#")] == []


def test_a_shell_that_reads_the_example_gets_the_defaults() -> None:
    wanted = {line[1:].split("=")[0] for line in example() if re.match(r"#[A-Z]", line)}
    script = "\n".join(line[1:] if re.match(r"#[A-Z]", line) else line for line in example())
    printed = "".join(f'printf "%s\\0" "${name}"; ' for name in sorted(wanted))
    shell = subprocess.run(
        ["sh", "-c", f"{script}\n{printed}"], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    values = shell.stdout.decode().split("\0")[:-1]
    assert dict(zip(sorted(wanted), values, strict=True)) == {
        name: setting.default for name, setting in SETTINGS.items()
    }


def test_every_setting_says_what_it_is_for() -> None:
    for setting in SETTINGS.values():
        assert setting.help.endswith(".") and len(setting.help) < 90 and "|" not in setting.help, setting.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert lost == []
