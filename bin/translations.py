"""Compare the Russian catalogue with the texts in the sources: nothing missing, doubtful, left over or not compiled.

bin/check-translations            say what is wrong; exit 1 when something is
bin/check-translations --compile  write messages.mo from messages.po first
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "ru" / "LC_MESSAGES"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None}  # what the sources call, beside gettext's own names


def in_sources() -> Catalog:
    """Return a catalogue of all texts that the sources ask a translation for, with where they stand."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for path, line, text, _, context in extract_from_dir(str(ROOT), methods, options, KEYWORDS):
        found.add(text, locations=[(path, line)], context=context)
    return found


def kept() -> Catalog:
    """Return the catalogue in the repository."""
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="ru")


def compiled(catalog: Catalog) -> bytes:
    output = BytesIO()
    write_mo(output, catalog)
    return output.getvalue()


def faults(wanted: Catalog, found: Catalog) -> Iterator[str]:
    """Yield a line for each fault."""
    for message in wanted:
        if message.id:
            yield from _faults_of(message, found.get(message.id, message.context))
    for message in found:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"left over: {_text(message)}"
    yield from (f"left over: #~ {_text(message)}" for message in found.obsolete.values())


def _faults_of(wanted: Message, found: Message | None) -> Iterator[str]:
    path, line = wanted.locations[0]
    if found is None:
        yield f"{path}:{line}: not in the catalogue: {_text(wanted)}"
    elif found.fuzzy:
        yield f"{path}:{line}: doubtful (fuzzy): {_text(wanted)}"
    elif bool(wanted.pluralizable) != bool(found.pluralizable):
        yield f"{path}:{line}: counted in one place and not in the other: {_text(wanted)}"
    else:
        forms = found.string if isinstance(found.string, (list, tuple)) else (found.string,)
        if not all(forms):
            yield f"{path}:{line}: not translated: {_text(wanted)}"
        for error in found.check():
            yield f"{path}:{line}: {error}: {_text(wanted)}"


def _text(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def main() -> None:
    found = kept()
    binary = FOLDER / "messages.mo"
    if "--compile" in sys.argv[1:]:
        binary.write_bytes(compiled(found))
    wrong = list(faults(in_sources(), found))
    if not binary.exists() or binary.read_bytes() != compiled(found):
        wrong.append("messages.mo is not made from messages.po: bin/check-translations --compile")
    print("\n".join(wrong) or "the Russian catalogue is complete")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
