"""How many text messages a text takes: the alphabets of mobile networks, and where long texts are cut.

Source: 3GPP TS 23.038 (alphabets), 3GPP TS 23.040 section 9.2.3.24.1 (concatenation).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE: Final = 0x1B
"""Announces that the next code is of the second table."""
_SECOND: Final[Mapping[str, int]] = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_FIRST: Final[Mapping[str, int]] = {letter: code for code, letter in enumerate(_BASIC) if code != ESCAPE}
_FIRST_LETTERS: Final[Mapping[int, str]] = {code: letter for letter, code in _FIRST.items()}
_SECOND_LETTERS: Final[Mapping[int, str]] = {code: letter for letter, code in _SECOND.items()}
_SURROGATES: Final = 0xFFFF
UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


class Alphabet(Enum):
    """In which a text travels."""

    GSM = "gsm"
    """Seven bits a letter: Latin and Greek, digits, a few signs."""
    UCS2 = "ucs2"
    """Sixteen bits a unit; emoji take two. Everything else, Japanese for one."""


_ALONE: Final[Mapping[Alphabet, int]] = {Alphabet.GSM: 160, Alphabet.UCS2: 70}
_TOGETHER: Final[Mapping[Alphabet, int]] = {Alphabet.GSM: 153, Alphabet.UCS2: 67}
"""Less, because each part says which part it is."""
MOST_PARTS: Final = 255


@dataclass(frozen=True)
class Segments:
    """A text as it travels."""

    alphabet: Alphabet
    parts: tuple[str, ...]
    """In order; each fits into one message."""


def segments(text: str) -> Segments:
    """Return how `text` travels. No letter is cut in two."""
    alphabet = Alphabet.GSM if all(letter in _FIRST or letter in _SECOND for letter in text) else Alphabet.UCS2
    if sum(_width(letter, alphabet) for letter in text) <= _ALONE[alphabet]:
        return Segments(alphabet, (text,))
    return Segments(alphabet, tuple(_cut(text, alphabet)))


def encoded(text: str, alphabet: Alphabet) -> bytes:
    """Return `text` as bytes: one a septet in `GSM`, big-endian UTF-16 in `UCS2`.

    Raises:
        ValueError: it has letters that the alphabet has not.
    """
    if alphabet is Alphabet.UCS2:
        return text.encode("utf-16-be", "surrogatepass")
    codes = bytearray()
    for letter in text:
        if letter in _SECOND:
            codes += bytes((ESCAPE, _SECOND[letter]))
        elif letter in _FIRST:
            codes.append(_FIRST[letter])
        else:
            raise ValueError("not in this alphabet")
    return bytes(codes)


def gsm_text(codes: bytes) -> str:
    """Return the text that septets, one a byte, stand for; what stands for nothing becomes a replacement character."""
    letters, escaped = [], False
    for code in codes:
        if code == ESCAPE and not escaped:
            escaped = True
            continue
        table = _SECOND_LETTERS if escaped else _FIRST_LETTERS
        # Phones that do not know a code of the second table show the first one's letter (TS 23.038, 6.2.1).
        letters.append(table.get(code) or _FIRST_LETTERS.get(code, UNREADABLE))
        escaped = False
    return "".join(letters)


def _width(letter: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return 2 if letter in _SECOND else 1
    return 2 if ord(letter) > _SURROGATES else 1


def _cut(text: str, alphabet: Alphabet) -> Iterator[str]:
    part, width = "", 0
    for letter in text:
        more = _width(letter, alphabet)
        if width + more > _TOGETHER[alphabet]:
            yield part
            part, width = "", 0
        part, width = part + letter, width + more
    yield part
