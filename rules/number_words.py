"""The words that numbers and codes are spoken with, by language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """`values`: 0 to 900; `times` and `repeated`: «три нуля»; letters that are no words, and such that may be;
    signs within a code; what says that a number follows and of what; what may stand between, and what may not."""

    values: Mapping[str, int]
    thousand: frozenset[str]
    hundred: frozenset[str]
    times: Mapping[str, int]
    repeated: Mapping[str, str]
    letters: Mapping[str, str]
    maybe_letters: Mapping[str, str]
    signs: Mapping[str, str]
    triggers: tuple[tuple[str, re.Pattern[str]], ...]
    fillers: frozenset[str]
    stops: frozenset[str]
    ordinal: re.Pattern[str]


def _values(table: str) -> dict[str, int]:
    """Read lines such as «1 один одна одно»."""
    found: dict[str, int] = {}
    for line in table.strip().splitlines():
        number, *words = line.split()
        found |= dict.fromkeys(words, int(number))
    return found


def _letters(table: str) -> dict[str, str]:
    """Read lines such as «B бэ би»; "+" stands for the blank in the name of a letter."""
    found: dict[str, str] = {}
    for line in table.strip().splitlines():
        letter, *names = line.split()
        found |= {name.replace("+", " "): letter for name in names}
    return found


def _triggers(**patterns: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in patterns.items())


RUSSIAN = Language(
    values=_values("""
0 ноль нуль нуля ноля
1 один одна одно одну одного
2 два две двух
3 три трех
4 четыре четырех
5 пять пяти
6 шесть шести
7 семь семи
8 восемь восьми
9 девять девяти
10 десять десяти
11 одиннадцать
12 двенадцать
13 тринадцать
14 четырнадцать
15 пятнадцать
16 шестнадцать
17 семнадцать
18 восемнадцать
19 девятнадцать
20 двадцать
30 тридцать
40 сорок
50 пятьдесят
60 шестьдесят
70 семьдесят
80 восемьдесят
90 девяносто
100 сто
200 двести
300 триста
400 четыреста
500 пятьсот
600 шестьсот
700 семьсот
800 восемьсот
900 девятьсот
"""),
    thousand=frozenset({"тысяча", "тысячи", "тысяч", "тысячу"}),
    hundred=frozenset(),
    times={"два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6},
    repeated={
        name: digit
        for digit, names in {
            "0": "нуля нулей ноля нолей",
            "1": "единицы единиц",
            "2": "двойки двоек",
            "3": "тройки троек",
            "4": "четверки четверок",
            "5": "пятерки пятерок",
            "6": "шестерки шестерок",
            "7": "семерки семерок",
            "8": "восьмерки восьмерок",
            "9": "девятки девяток",
        }.items()
        for name in names.split()
    },
    letters=_letters("""
A эй
B бэ би
C цэ си
D дэ ди
E ие
F эф
G гэ джи
H эйч аш хэ
J йот джей
K кэй кей
L эль эл
M эм
N эн
O оу
P пэ пи
Q ку кью
R эр ар
S эс
T тэ ти
V вэ ви
W дабл+ю дубль+вэ дабл+вэ
X икс экс
Y игрек уай
Z зет зэт зед
"""),
    maybe_letters=_letters("""
A а
B б бе
C ц це
D д де
E е
G г ге
H х ха
I и ай
K к ка
M м
N н
O о
P п пе
R р
C с
T т те
U у
V в ве
U ю
"""),
    signs={"дефис": "-", "тире": "-", "минус": "-", "дробь": "/", "слэш": "/", "слеш": "/", "точка": "."},
    triggers=_triggers(
        serial=r"серийн\w+|серийник\w*|сериал\w*",
        article=r"артикул\w{0,2}|модель|модели|моделью",
        order=r"заказ(а|у|е|ом|ов)?",
        invoice=r"счет(а|у|е|ом)?",
        number=r"номер(а|у|е|ом|ок)?",
    ),
    fillers=frozenset(
        "это вот такой следующий наш мой у меня нас него нее под двоеточие будет значит такая следующая".split()
    ),
    stops=frozenset("на за из от через около примерно без для до или".split()),
    ordinal=re.compile(
        r"(перв|втор|трет|четверт|пят|шест|седьм|восьм|девят|десят|\w+надцат|двадцат|тридцат|сороков|\w+десят|сот|тысячн)"
        r"(ый|ой|ий|ого|его|ому|ему|ым|им|ом|ем|ая|ья|ую|ью|ое|ье|ые|ых)"
    ),
)

_ENGLISH_LETTERS = "bcdefghjklmnopqrstuvwxyz"  # «a» and «i» are words

ENGLISH = Language(
    values=_values("""
0 zero oh nought nil
1 one
2 two
3 three
4 four
5 five
6 six
7 seven
8 eight
9 nine
10 ten
11 eleven
12 twelve
13 thirteen
14 fourteen
15 fifteen
16 sixteen
17 seventeen
18 eighteen
19 nineteen
20 twenty
30 thirty
40 forty
50 fifty
60 sixty
70 seventy
80 eighty
90 ninety
"""),
    thousand=frozenset({"thousand"}),
    hundred=frozenset({"hundred"}),
    times={"double": 2, "triple": 3},
    repeated={
        name: str(digit) for digit, name in enumerate("zero one two three four five six seven eight nine".split())
    },
    letters={letter: letter.upper() for letter in _ENGLISH_LETTERS},
    maybe_letters={"a": "A", "i": "I"},
    signs={"dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "dot": ".", "point": "."},
    triggers=_triggers(
        serial=r"serial",
        article=r"article|model|part",
        order=r"orders?",
        invoice=r"invoices?",
        number=r"numbers?",
    ),
    fillers=frozenset("is the it its our my".split()),
    stops=frozenset("for from at about in on to".split()),
    ordinal=re.compile(r"first|second|third|\w+th"),
)

LANGUAGES = {"ru": RUSSIAN, "en": ENGLISH}
