"""Reading numbers as files and pages write them."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.kit.numbers import LARGEST, read_number

PRINTED = {
    "541.2K": 541_200,
    "2.2M": 2_200_000,
    "1.1B": 1_100_000_000,
    "1.3bn": 1_300_000_000,
    "1,4 Mio": 1_400_000,
    "1,4 Mio.": 1_400_000,
    "3 Tsd.": 3_000,
    "2,5 Mrd.": 2_500_000_000,
    "1,2 mil": 1_200,
    "1,2 mln": 1_200_000,
    "1,2\u00a0mi": 1_200_000,
    "1,4\u202fMd": 1_400_000_000,
    "12 тыс.": 12_000,
    "1,2 млн": 1_200_000,
    "3.4万": 34_000,
    "1.2億": 120_000_000,
    "1.2亿": 120_000_000,
    "5천": 5_000,
    "1.2만": 12_000,
    "1,2 lakh": 120_000,
    "12 lakh": 1_200_000,
    "3 crore": 30_000_000,
    "1,2 jt": 1_200_000,
    "4,5 Tr": 4_500_000,
    "1.2 ล้าน": 1_200_000,
    "7k": 7_000,
    "7 m": 7_000_000,
    "-1.5K": -1_500,
    "1,234.5K": 1_234_500,
}

EXACT = {
    "1234": 1234,
    "1,234": 1234,
    "1.234": 1234,
    "1.234.567": 1_234_567,
    "12,34,567": 1_234_567,
    "1 234": 1234,
    "1\u202f234": 1234,
    "1\u00a0234\u00a0567": 1_234_567,
    "1'234": 1234,
    "1\u2019234\u2019567": 1_234_567,
    "1234.5": 1234.5,
    "1234,5": 1234.5,
    "1,234.5": 1234.5,
    "1.234,5": 1234.5,
    "1 234,5": 1234.5,
    "0.123": 0.123,
    "12.3456": 12.3456,
    "100.0": 100,
    "1e6": 1_000_000,
    "1.234e3": 1234,
    "+5": 5,
    "-5": -5,
    "\u22125": -5,
    "1٬234": 1234,
    "١٢٣": 123,
    "\uff11\uff12\uff13": 123,
    " 42 ": 42,
}

NOT_NUMBERS = [
    "abc",
    "1,2,3",
    "1..2",
    ".",
    "12 34",
    "0x12",
    "1_000",
    "inf",
    "10 %",
    "10²",
    "½",
    "3-4",
    "1.2 parsecs",
    "541.2KK",
    "true",
    "1e999",
    "1e-999 x",
    "9" * 19,
    "9" * 200,
    "1.2e9999K",
]


@pytest.mark.parametrize(("text", "value"), PRINTED.items())
def test_a_printed_number_is_exact_arithmetic_and_marked_with_its_range(
    text: str, value: int
) -> None:
    number = read_number(text)
    assert number is not None
    assert number.printed
    assert number.value == value
    assert type(number.value) is int
    assert number.low <= value <= number.high


def test_the_range_holds_for_sites_that_round_and_for_sites_that_cut_off() -> None:
    number = read_number("541.2K")
    assert number is not None
    assert (number.low, number.high) == (541_150, 541_299)


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_a_number_written_in_full_is_exact(text: str, value: float) -> None:
    number = read_number(text)
    assert number is not None
    assert (number.value, number.low, number.high) == (value, value, value)
    assert type(number.value) is type(value)
    assert not number.printed


@pytest.mark.parametrize("text", ["", "  ", "nan", "NaN", "null", "None", "n/a", "N/A", "-", "\\N"])
def test_text_that_says_there_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_text_that_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too large"):
        read_number(text)


def test_a_word_that_means_two_things_is_refused_and_says_so() -> None:
    with pytest.raises(ValueError, match="thousand in Spanish"):
        read_number("1,2 mil.")


def test_a_huge_text_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="10000000 characters") as caught:
        read_number("x" * 10_000_000)
    assert len(str(caught.value)) < 100


def test_the_decimal_mark_can_be_given_where_the_form_does_not_tell() -> None:
    point, comma = read_number("1.234", decimal="."), read_number("1,234", decimal=",")
    assert point is not None
    assert comma is not None
    assert point.value == comma.value == 1.234
    grouped = read_number("1,234", decimal=".")
    assert grouped is not None
    assert grouped.value == 1234


@given(st.integers(-LARGEST, LARGEST))
def test_every_whole_number_is_read_back(value: int) -> None:
    number = read_number(str(value))
    assert number is not None
    assert number.value == value


@given(st.integers(0, 10**15), st.sampled_from([",", ".", " ", "'", "\u202f"]))
def test_every_grouping_is_read_back(value: int, mark: str) -> None:
    number = read_number(f"{value:,}".replace(",", mark))
    assert number is not None
    assert number.value == value
    assert not number.printed


@settings(max_examples=200)
@given(
    st.integers(1_000, 10**12),
    st.integers(0, 2),
    st.sampled_from([ROUND_HALF_UP, ROUND_DOWN]),
    st.sampled_from([".", ","]),
)
def test_the_true_number_is_always_in_the_range_of_its_short_form(
    true: int, decimals: int, rounding: str, mark: str
) -> None:
    word, scale = next(
        (word, scale) for word, scale in (("B", 10**9), ("M", 10**6), ("K", 10**3)) if true >= scale
    )
    step = Decimal(1).scaleb(-decimals)
    short = (Decimal(true) / scale).quantize(step, rounding=rounding)
    number = read_number(f"{short}{word}".replace(".", mark))
    assert number is not None
    assert number.value == short * scale
    assert number.low <= true <= number.high


@given(st.text(max_size=80))
def test_any_text_is_a_number_none_or_refused(text: str) -> None:
    try:
        number = read_number(text)
    except ValueError:
        return
    assert number is None or number.low <= number.value <= number.high
