"""What a password must be (S17), and one to offer to who would rather not invent it (S18)."""

import random

MIN_LENGTH = 8
MAX_LENGTH = 200  # longer ones only cost time to hash

# What guessers try first, of those long enough to pass; keys are also typed in the wrong layout.
_COMMON = """
    12345678 123456789 1234567890 0123456789 12345678910 123456789a a123456789 1234567a 12345678a a12345678
    87654321 987654321 0987654321 9876543210 123123123 123321123 12341234 43214321 11223344 1122334455
    11112222 12121212 13131313 123454321 123654789 147258369 147852369 159357456 123qweasd 123qweasdzxc
    1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qazxsw2 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 zaq12wsx
    qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 123qwerty 1234qwer qwer1234
    12345qwert qwert12345 qwertyqwerty asdfghjk asdfghjkl asdf1234 asdfasdf zxcvbnm1 zxcvbnm123 zxcvbnm,.
    qazwsxed qazwsxedc qazwsx123 password password1 password12 password123 password1234 passw0rd p@ssw0rd
    p@ssword pa$$word pass1234 passpass mypassword parolparol parol123 parol1234 parol12345 iloveyou iloveyou1
    sunshine princess football baseball superman starwars whatever trustno1 computer internet samsung1
    letmein1 welcome1 welcome123 admin123 admin1234 administrator changeme test1234 test12345 test123456
    testtest user1234 abcd1234 abc12345 abcdefgh marina123 natasha1 russia123 spartak1 vladimir ekaterina
    йцукенгш йцукенгшщз йцукен12 йцукен123 фывапролд ячсмитьбю пароль12 пароль123 пароль1234 qwerty77
"""
MOST_COMMON = tuple(_COMMON.split())
COMMON = frozenset(MOST_COMMON)

CONSONANTS = "bdfgkmnprstvz"
VOWELS = "aeiou"
LAST_DIGITS = "23456789"  # without 0 and 1, which look like letters


def check(password: str, confirm: str, email: str) -> list[str]:
    """Return what is wrong with `password`: codes out of the five below; empty when it may be taken.

    too_short, too_long, too_common, same_as_email (the address, or what stands before its @), mismatch.
    """
    word, address = password.casefold(), email.strip().casefold()
    faults = {
        "too_short": len(password) < MIN_LENGTH,
        "too_long": len(password) > MAX_LENGTH,
        "too_common": len(password) >= MIN_LENGTH and (word in COMMON or len(set(word)) == 1),
        "same_as_email": bool(address) and word in {address, address.split("@")[0]},
        "mismatch": password != confirm,
    }
    return [code for code, found in faults.items() if found]


def generate(source: random.Random) -> str:
    """Return a password that can be read aloud: «kovamu-tizeba-ludoke-47», 60 bits.

    `source` must be `secrets.SystemRandom()` outside tests.
    """
    words = ["".join(source.choice(CONSONANTS) + source.choice(VOWELS) for _ in range(3)) for _ in range(3)]
    return "-".join([*words, "".join(source.choice(LAST_DIGITS) for _ in range(2))])
