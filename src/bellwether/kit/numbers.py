"""Reading numbers as files and pages write them: 1234, 1.234.567, 541.2K, 1,4 Mio, 3.4万.

All arithmetic is decimal, so that "541.2K" is exactly 541200. See docs/numbers.md for the rules.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

DecimalMark = Literal["auto", ".", ","]
"""Which mark stands before the decimals; "auto" decides for each number by its form."""

LARGEST = 2**63 - 1
"""The largest magnitude that is read."""

_LONGEST = 64
_NOTHING = "nan null none nil n/a n.a. na #n/a \\n ? - -- unknown undefined hidden disabled"
_UNKNOWN = frozenset(_NOTHING.split()) | {"", "\N{EN DASH}", "\N{EM DASH}"}
_WORDS: dict[int, str] = {
    3: "k tsd tys tis mil mila mille bin rb ribu thousand тыс тис хил χιλ nghìn ngàn"
    " हज़ार พัน ألف 천 千",
    4: "万 萬 만 หมื่น",
    5: "lakh lakhs lac lacs लाख แสน",
    6: "m mn mio mln mill milj mi million millions millionen millones milhões milioni"
    " млн εκ jt juta tr triệu ล้าน مليون",
    7: "cr crore crores करोड़",
    8: "億 亿 억",
    9: "b bn bi md mrd mld mlrd mia billion billions milliard milliards milliarde milliarden"
    " milyar miliar млрд δισ tỷ tỉ مليار अरब",
    12: "t tn bio trillion trillions трлн 兆 조",
}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold())


_POWERS = {_plain(word): power for power, words in _WORDS.items() for word in words.split()}
_AMBIGUOUS = {"mil.": "thousand in Spanish and Portuguese, million in Czech and Romanian"}
_SHAPE = re.compile(r"([+-]?)([0-9][0-9.,' ]*|[.,][0-9]+)(?:e([+-]?[0-9]{1,3}))?\s*([^\s0-9.,].*)?")
_THREES = re.compile(r"[1-9][0-9]{0,2}(?:[^0-9][0-9]{3})+")
_INDIAN = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_MARKS = {
    ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'",
    ord("\N{MODIFIER LETTER APOSTROPHE}"): "'",
    ord("\N{ARABIC THOUSANDS SEPARATOR}"): ",",
    ord("\N{ARABIC DECIMAL SEPARATOR}"): ".",
    ord("\N{MINUS SIGN}"): "-",
}


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number and the range it stands for.

    `printed` is true when it was written in short ("541.2K"): then the true number is between
    `low` and `high`, both included. Otherwise both equal `value`.
    """

    value: int | float
    low: int | float
    high: int | float
    printed: bool


def read_number(text: str, *, decimal: DecimalMark = "auto") -> ReadNumber | None:
    """Read a number; None where the text says that there is none ("", "nan", "n/a", "-", ...).

    A whole value is an int, another a float. A short form gives the range of all numbers that a
    site could print like this, whether it rounds or cuts off: half a step below up to one below
    the next step. With `decimal` "auto" a single mark before exactly three digits groups
    thousands ("1,234" and "1.234" are both 1234) unless a word or an exponent
    follows ("1.234K" is 1234). Raises ValueError for text that is not a number, is longer than 64
    characters, or exceeds 64 bits.
    """
    if len(text) < 19 and text.isdecimal() and text.isascii():  # nearly every cell  # noqa: PLR2004
        value = int(text)
        return ReadNumber(value, value, value, printed=False)
    return _read(text.strip(), decimal) if len(text) <= _LONGEST else _read_long(text, decimal)


def _read_long(text: str, decimal: DecimalMark) -> ReadNumber | None:
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise ValueError(f"not a number: {stripped[:20]!r}... ({len(stripped)} characters)")
    return _read(stripped, decimal)


@lru_cache(maxsize=65536)
def _read(text: str, decimal: DecimalMark) -> ReadNumber | None:
    plain = _ascii_digits(text)
    if plain in _UNKNOWN:
        return None
    shape = _SHAPE.fullmatch(plain)
    if shape is None:
        raise ValueError(f"not a number: {text!r}")
    sign, digits, exponent, word = shape.groups()
    power = _power_of(word, text)
    mark: str | None = decimal
    if decimal == "auto":
        mark = _decimal_mark(digits.rstrip(), may_group=word is None and exponent is None)
    number, decimals = _digits_value(digits.rstrip(), mark, text)
    scale = power + int(exponent or 0)
    if number.adjusted() + scale > 19:  # noqa: PLR2004  beyond 64 bits: never expand it
        raise ValueError(f"the number is too large: {text!r}")
    value = number.scaleb(scale) * (-1 if sign == "-" else 1)
    if abs(value) > LARGEST:
        raise ValueError(f"the number is too large: {text!r}")
    if word is None:
        exact = _narrow(value)
        return ReadNumber(exact, exact, exact, printed=False)
    return _with_range(value, Decimal(1).scaleb(scale - decimals))


def _ascii_digits(text: str) -> str:
    """Write a number in one way: lower case, digits and marks of ASCII, plain blanks."""
    if text.isascii():
        return text.casefold()
    if any(c.isdigit() and not c.isdecimal() for c in text):  # 10² is not 102
        raise ValueError(f"not a number: {text!r}")
    plain = _plain(text).translate(_MARKS).strip()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in plain)


def _power_of(word: str | None, text: str) -> int:
    if word is None:
        return 0
    if word in _AMBIGUOUS:
        raise ValueError(f"{text!r} may be read in two ways ({word} is {_AMBIGUOUS[word]})")
    power = _POWERS.get(word.removesuffix("."))
    if power is None:
        raise ValueError(f"not a number: {text!r}")
    return power


def _digits_value(digits: str, mark: str | None, text: str) -> tuple[Decimal, int]:
    """Return the value of digits with marks, and how many decimals they have."""
    whole, _, decimals = digits.rpartition(mark) if mark and mark in digits else (digits, "", "")
    if decimals and not decimals.isdigit():
        raise ValueError(f"not a number: {text!r}")
    if whole and not whole.isdigit():
        others = {c for c in whole if not c.isdigit()}
        grouped = _THREES.fullmatch(whole) or _INDIAN.fullmatch(whole)
        if len(others) > 1 or mark in others or not grouped:
            raise ValueError(f"not a number: {text!r}")
        whole = whole.replace(others.pop(), "")
    return Decimal(f"{whole or '0'}.{decimals or '0'}"), len(decimals)


def _decimal_mark(digits: str, *, may_group: bool) -> str | None:
    """Return the mark before the decimals, None when there are none."""
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return None
    last = marks[-1]
    if len(set(marks)) > 1:  # both kinds: the last is the decimal mark
        return last
    if len(marks) > 1:  # one kind several times: groups
        return None
    return None if may_group and _THREES.fullmatch(digits) else last


def _narrow(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _with_range(value: Decimal, step: Decimal) -> ReadNumber:
    if step <= 1:
        exact = _narrow(value)
        return ReadNumber(exact, exact, exact, printed=True)
    inner, outer = step / 2, step - 1
    if value < 0:
        low, high = value - outer, value + inner
    else:
        low, high = max(value - inner, Decimal(0)), value + outer
    return ReadNumber(_narrow(value), _narrow(low), _narrow(high), printed=True)
