"""How people's names are printed: in full (S64), short (S80), and as two letters on an avatar."""


def full(last_name: str, first_name: str = "") -> str:
    """Return «Алексеев Степан», as letters and the thread print an author (S64)."""
    return " ".join(f"{last_name} {first_name}".split())


def short(last_name: str, first_name: str = "", patronymic: str = "") -> str:
    """Return the name as lists print it (S80).

    «Алексеев С.»; with a patronymic «Швецов М. Е.». A last name that is itself no more than an initial
    stands together with the others: «Т.Т.». Without a last name the first is printed whole.
    """
    last, *given = (name.strip() for name in (last_name, first_name, patronymic))
    if not last:
        return given[0]
    initials = [_initial(name) for name in given if name]
    if len(last.rstrip(".")) == 1:
        return "".join([_initial(last), *initials])
    return " ".join([last, *filter(None, initials)])


def initials(last_name: str, first_name: str = "") -> str:
    """Return one or two capitals for an avatar: «АС»; empty for a name without letters."""
    return "".join(_first_letter(name) for name in (last_name, first_name)).upper()


def _initial(name: str) -> str:
    """Return «С.», of a double name both: «Анна-Мария» gives «А.-М.»."""
    return "-".join(f"{_first_letter(part).upper()}." for part in name.split("-") if _first_letter(part))


def _first_letter(name: str) -> str:
    return next((letter for letter in name if letter.isalpha()), "")
