"""Names that are heard as they sound and written otherwise: «эс эф пи модуль» is «SFP модуль»."""

from collections.abc import Sequence

from rules.spoken import Token, merged, plain

# What is said in this trade every day. A model without these words hears them in pieces.
NAMES = {
    "ru": {
        "эс эн эр": "SNR",
        "снр": "SNR",
        "эс эф пи": "SFP",
        "эс эф пи плюс": "SFP+",
        "ку эс эф пи": "QSFP",
        "ай пи": "IP",
        "айпи": "IP",
        "айпи адрес": "IP-адрес",
        "ай пи адрес": "IP-адрес",
        "вай фай": "Wi-Fi",
        "вайфай": "Wi-Fi",
        "вилан": "VLAN",
        "ви лан": "VLAN",
        "влан": "VLAN",
        "дэ ха цэ пэ": "DHCP",
        "ди эйч си пи": "DHCP",
        "эс эн эм пи": "SNMP",
        "пи о и": "PoE",
        "пое": "PoE",
        "юэсби": "USB",
        "ю эс би": "USB",
        "микротик": "MikroTik",
        "циско": "Cisco",
        "джунипер": "Juniper",
        "хуавей": "Huawei",
        "элтекс": "Eltex",
        "длинк": "D-Link",
        "телеграм": "Telegram",
        "линукс": "Linux",
    },
    "en": {
        "i p": "IP",
        "ip": "IP",
        "s f p": "SFP",
        "sfp": "SFP",
        "vlan": "VLAN",
        "v lan": "VLAN",
        "wi fi": "Wi-Fi",
        "wifi": "Wi-Fi",
        "d h c p": "DHCP",
        "p o e": "PoE",
        "u s b": "USB",
        "i": "I",
    },
}
_LONGEST = 4


def with_names(tokens: Sequence[Token], language: str) -> list[Token]:
    """Return the tokens with the names of the trade as they are written."""
    names, made, place = NAMES[language], list[Token](), 0
    while place < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
            some = tokens[place : place + length]
            name = names.get(" ".join(plain(token.text) for token in some))
            if name:
                made.append(merged(name, some))
                break
        else:
            length = 1
            made.append(tokens[place])
        place += length
    return made
