import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.sms.segments import Alphabet, encoded, gsm_text, segments

pytestmark = pytest.mark.req("CH-4")

GSM = "".join(letter for letter in map(chr, range(0x20, 0x7F)) if letter != "`") + "£¥èéΔ€"


@pytest.mark.parametrize(
    ("text", "alphabet", "parts"),
    [
        ("", Alphabet.GSM, 1),
        ("a" * 160, Alphabet.GSM, 1),
        ("a" * 161, Alphabet.GSM, 2),
        ("€" * 80, Alphabet.GSM, 1),
        ("€" * 81, Alphabet.GSM, 2),
        ("あ" * 70, Alphabet.UCS2, 1),
        ("あ" * 71, Alphabet.UCS2, 2),
        ("あ" * 207, Alphabet.UCS2, 4),
        ("😀" * 35, Alphabet.UCS2, 1),
        ("😀" * 36, Alphabet.UCS2, 2),
        ("`", Alphabet.UCS2, 1),
    ],
)
def test_a_text_takes_as_many_messages_as_networks_count(text: str, alphabet: Alphabet, parts: int) -> None:
    found = segments(text)
    assert (found.alphabet, len(found.parts)) == (alphabet, parts)


@given(st.text())
def test_nothing_is_lost_and_no_part_is_too_long(text: str) -> None:
    found = segments(text)
    assert "".join(found.parts) == text
    most = {
        (Alphabet.GSM, False): 160,
        (Alphabet.GSM, True): 153,
        (Alphabet.UCS2, False): 140,
        (Alphabet.UCS2, True): 134,
    }
    limit = most[found.alphabet, len(found.parts) > 1]
    assert all(len(encoded(part, found.alphabet)) <= limit for part in found.parts)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_part_can_be_read_by_itself(text: str) -> None:
    found = segments(text)
    for part in found.parts:
        content = encoded(part, found.alphabet)
        assert (gsm_text(content) if found.alphabet is Alphabet.GSM else content.decode("utf-16-be")) == part


@given(st.text(alphabet=GSM))
def test_the_gsm_alphabet_comes_back_as_it_went(text: str) -> None:
    assert gsm_text(encoded(text, Alphabet.GSM)) == text


@given(st.binary())
def test_whatever_septets_come_they_are_a_text(codes: bytes) -> None:
    assert len(gsm_text(codes)) <= len(codes)


def test_what_the_alphabet_lacks_is_not_sent_as_something_else() -> None:
    with pytest.raises(ValueError, match="alphabet"):
        encoded("あ", Alphabet.GSM)
