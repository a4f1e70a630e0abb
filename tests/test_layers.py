"""Imports point down (docs/adr/0001-layers.md); whoever points up is named with file and line."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What each of ours may import of ours. Listed from the top; a new top-level module must be given its place here.
BOTTOM = {"config", "extensions"}
MAY_IMPORT = {
    "app": {"blueprints", "commands", "jobs", "channels", "speech", "services", "models", "rules"} | BOTTOM,
    "blueprints": {"blueprints", "jobs", "channels", "speech", "services", "models", "rules"} | BOTTOM,
    "commands": {"speech_commands", "jobs", "channels", "speech", "services", "models", "rules"} | BOTTOM,
    "speech_commands": {"jobs", "channels", "speech", "services", "models", "rules"} | BOTTOM,
    "jobs": {"jobs", "channels", "speech", "services", "models", "rules"} | BOTTOM,
    "channels": {"channels", "services", "models", "rules"} | BOTTOM,
    "speech": {"speech"},
    "services": {"services", "models", "rules"} | BOTTOM,
    "models": {"models", "rules"} | BOTTOM,
    "rules": {"rules"},
    "extensions": set[str](),
    "config": set[str](),
}
OUTSIDE = {"bench", "bin", "docs", "migrations", "tests", "var"}  # not the product, or not imported by it
NATIVE = {"vosk", "av"}  # may crash a process: only speech/ imports them
IMPURE = {"flask", "sqlalchemy", "flask_sqlalchemy", "redis", "rq", "requests", "os", "secrets", "socket", "time"}
CLOCKS = {"now", "utcnow", "today"}

Check = Callable[[Path, ast.Module], Iterator[tuple[int, str]]]


def imported(node: ast.AST) -> list[str]:
    """Return the full dotted names that an import statement may bind: `from a import b` gives a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        yield from ((node.lineno, name) for name in imported(node) if isinstance(node, ast.Import | ast.ImportFrom))


def top(name: str) -> str:
    return name.split(".")[0]


def layer(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def pointing_up(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for line, name in imports(tree):
        if top(name) in MAY_IMPORT and top(name) not in MAY_IMPORT[layer(path)]:
            yield line, f"{layer(path)} must not import {name}"


def blueprint_of(dotted: str) -> str:
    """Return the name after the first dot, or "" without one."""
    return dotted.partition(".")[2].partition(".")[0]


def between_blueprints(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Blueprints share only what is named with an underscore; the package itself may gather them all."""
    own = blueprint_of(".".join(path.with_suffix("").parts))
    if layer(path) != "blueprints" or own == "__init__":
        return
    for line, name in imports(tree):
        other = blueprint_of(name)
        if top(name) == "blueprints" and other != own and not other.startswith("_"):
            yield line, f"two blueprints: {own} must not import {name}"


def relative(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Relative imports would slip past the checks above."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, "import by the full name"


def hidden_in_functions(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for line, name in imports(function):
                if top(name) in MAY_IMPORT:
                    yield line, f"{name} is imported inside a function"


def native_outside_speech(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for line, name in imports(tree):
        if top(name) in NATIVE and layer(path) != "speech":
            yield line, f"only speech imports {top(name)}"


def environment_outside_config(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    if layer(path) == "config":
        return
    names = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os":
            yield node.lineno, f"only config reads os.{node.attr}"
        for name in imported(node):
            if isinstance(node, ast.ImportFrom) and top(name) == "os" and name.split(".")[1] in names:
                yield node.lineno, f"only config reads {name}"


def impure_rules(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Rules know no clock, no chance and no outside world: what they need is an argument."""
    if layer(path) != "rules":
        return
    for line, name in imports(tree):
        if top(name) in IMPURE:
            yield line, f"rules must not import {top(name)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.lineno, f"rules must not ask the clock: {ast.unparse(node.func)}"


CHECKS: list[Check] = [
    pointing_up,
    between_blueprints,
    relative,
    hidden_in_functions,
    native_outside_speech,
    environment_outside_config,
    impure_rules,
]


def sources(root: Path) -> Iterator[Path]:
    """Yield the product's modules, relative to `root`."""
    for path in sorted(root.glob("*.py")):
        yield path.relative_to(root)
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if folder.name not in OUTSIDE and not folder.name.startswith("."):
            yield from (path.relative_to(root) for path in sorted(folder.rglob("*.py")))


def faults(root: Path) -> list[str]:
    """Return «file:line: what is wrong» for every module under `root`."""
    found = []
    for path in sources(root):
        if layer(path) not in MAY_IMPORT:
            found.append(f"{path}:1: {layer(path)} has no place among the layers: give it one in tests/test_layers.py")
            continue
        try:
            tree = ast.parse((root / path).read_text(encoding="utf-8"), str(path))
        except SyntaxError as error:
            found.append(f"{path}:{error.lineno}: {error.msg}")
            continue
        found += [f"{path}:{line}: {text}" for check in CHECKS for line, text in check(path, tree)]
    return found


def test_imports_keep_to_the_layers() -> None:
    found = faults(ROOT)
    assert not found, "\n" + "\n".join(found)


def test_guard_looks_at_the_real_modules() -> None:
    assert {Path("config.py"), Path("rules/statuses.py")} <= set(sources(ROOT))


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("models/ticket.py", "from services import tickets", "models must not import services.tickets"),
        ("services/a.py", "import flask\nimport jobs.deliver", "services must not import jobs.deliver"),
        ("jobs/deliver.py", "from app import create_app", "jobs must not import app.create_app"),
        ("speech/decode.py", "from rules.errors import DeskError", "speech must not import rules.errors.DeskError"),
        ("channels/email.py", "import speech", "channels must not import speech"),
        ("config.py", "import extensions", "config must not import extensions"),
        ("rules/a.py", "from extensions import db", "rules must not import extensions.db"),
        ("rules/a.py", "from sqlalchemy import select", "rules must not import sqlalchemy"),
        ("rules/a.py", "from datetime import datetime\ndatetime.now()", "rules must not ask the clock: datetime.now"),
        ("models/a.py", "if 1:\n    from blueprints import b", "models must not import blueprints.b"),
        ("blueprints/a.py", "from blueprints import b", "two blueprints: a must not import blueprints.b"),
        ("blueprints/_web.py", "import blueprints.b", "two blueprints: _web must not import blueprints.b"),
        ("blueprints/a/show.py", "from blueprints.b import bp", "two blueprints: a must not import blueprints.b.bp"),
        ("blueprints/a.py", "from . import b", "import by the full name"),
        ("jobs/a.py", "def f():\n    from models import Ticket", "models.Ticket is imported inside a function"),
        ("services/a.py", "def f():\n    import vosk", "only speech imports vosk"),
        ("app.py", "from av import open", "only speech imports av"),
        ("app.py", "import os\nos.environ['A']", "only config reads os.environ"),
        ("jobs/a.py", "from os import getenv", "only config reads os.getenv"),
        ("blueprints/a.py", "import commands", "blueprints must not import commands"),
        ("commands.py", "from blueprints import a", "commands must not import blueprints.a"),
        ("helpers/a.py", "", "helpers has no place among the layers: give it one in tests/test_layers.py"),
        ("worker.py", "", "worker has no place among the layers: give it one in tests/test_layers.py"),
    ],
)
def test_guard_names_the_file_that_strays(tmp_path: Path, name: str, text: str, fault: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert faults(tmp_path) == [f"{name}:{max(1, len(text.splitlines()))}: {fault}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.py", "from blueprints import tickets\nimport commands, config, extensions"),
        ("blueprints/__init__.py", "from blueprints import tickets"),
        (
            "blueprints/tickets.py",
            "from blueprints import _web\nfrom blueprints._web import page\nfrom jobs import committed",
        ),
        ("blueprints/a/show.py", "from blueprints.a import bp"),
        ("speech/transcribe.py", "import vosk, av\nfrom speech import decode"),
        ("rules/a.py", "def f():\n    import holidays"),
        ("config.py", "import os\nos.environ.get('A')"),
        ("bin/worker.py", "import os\nos.environ['A']\nfrom app import create_app"),
        ("tests/test_a.py", "from app import create_app"),
    ],
)
def test_guard_lets_the_rest_pass(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert faults(tmp_path) == []
