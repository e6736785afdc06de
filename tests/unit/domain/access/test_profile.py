"""Users' records: what is accepted, how names are put together, what passwords are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.access.credentials import Strength, check_password, password_strength
from madoguchi.domain.access.csv_rows import COLUMNS, MAX_ROWS, REASONS, guarded, read, write
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.profile import checked, full_name, search_key
from madoguchi.domain.access.users import User
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import UserId

ANA = User(UserId("user_ana"), "", "ana@example.com", frozenset({Role.AGENT}), first_name="Ana", last_name="Lima")


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("美咲", "佐藤", "佐藤 美咲"),
        ("Emily", "Parker", "Emily Parker"),
        ("エミリー", "パーカー", "パーカー エミリー"),
        ("", "佐藤", "佐藤"),
        ("Cher", "", "Cher"),
    ],
)
def test_names_stand_in_the_order_of_their_script(first: str, last: str, shown: str) -> None:
    assert full_name(first, last) == shown


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_name": "", "last_name": " \t"}, "last_name"),
        ({"last_name": "x" * 61}, "last_name"),
        ({"email": "ana"}, "email"),
        ({"email": "ana@example"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": "ana@example.com\nBcc: x@example.com"}, "email"),
        ({"agent_number": "12 3"}, "agent_number"),
        ({"languages": ()}, "languages"),
        ({"languages": ("japanese",)}, "languages"),
        ({"chat_limit": 51}, "chat_limit"),
        ({"skills": {" ": 1}}, "skills"),
        ({"skills": {"x" * 41: 1}}, "skills"),
        ({"skills": {"billing": 0}}, "skills"),
        ({"skills": {"billing": 6}}, "skills"),
        ({"skills": {"billing": 1, "billing ": 2}}, "skills"),
        ({"skills": {f"skill {number}": 1 for number in range(31)}}, "skills"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(replace(ANA, **change))  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.req("BASE-9")
def test_skills_are_kept_without_what_cannot_be_seen() -> None:
    assert checked(replace(ANA, skills={" billing\t": 5, "返品": 1})).skills == {"billing": 5, "返品": 1}


@pytest.mark.req("BASE-1")
def test_a_search_finds_whatever_the_width_and_case() -> None:
    skills = {"Ｂｉｌｌｉｎｇ": 3}
    user = checked(replace(ANA, first_name="ﾐｻｷ", last_name="SATO", agent_number="A-7", skills=skills))
    assert "billing" in search_key(user)
    assert "ミサキ" in search_key(user)
    assert "sato" in search_key(user)


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "too_short"),
        ("x" * 501, "too_long"),
        ("Ana@Example.com", "address"),
        ("my ana@example.com", "address"),
        ("abababababab", "monotonous"),
    ],
)
def test_weak_passwords_are_refused(password: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_password(password, "ana@example.com")
    assert refused.value.reason == reason


def test_strength_is_a_word() -> None:
    check_password("correct horse", "ana@example.com")
    assert password_strength("abcdefghijkl") is Strength.FAIR
    assert password_strength("correct horse 1") is Strength.GOOD
    assert password_strength("correct horse battery staple") is Strength.STRONG


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30).map(
    lambda text: " ".join(text.split())
)


@pytest.mark.req("BASE-1")
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)), max_size=5))
def test_what_is_exported_is_imported_as_it_was(rows: list[dict[str, str]]) -> None:
    text = "".join(write(rows))
    found, wrong = read(text.encode())
    assert wrong == []
    assert [dict(row.cells) for row in found] == [row for row in rows if any(row.values())]


@pytest.mark.req("BASE-1")
@given(st.text(max_size=20))
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_header"),
        (b"name\nAna\n", "no_header"),
        (b"email,shoe\n", "unknown_column"),
        (b"email,email\n", "double_column"),
        (b"email\na@b.co,2\n", "cells"),
        (b"email\n\xff\n", "encoding"),
        (b'email\n"a\n', "quotes"),
        (b"email\n" + b"a@b.co\n" * (MAX_ROWS + 1), "too_many_rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_both_languages(content: bytes, reason: str) -> None:
    _, wrong = read(content)
    assert reason in {one.reason for one in wrong}
    assert all(set(one.told()) == {"ja", "en"} for one in wrong)


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(set(texts) == {"en", "ja"} for texts in REASONS.values())


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_may_stand_at_the_beginning(mark: bytes) -> None:
    rows, wrong = read(mark + "EMAIL, last_name\r\na@b.co, 佐藤\r\n\r\n".encode())
    assert (wrong, [(row.number, dict(row.cells)) for row in rows]) == (
        [],
        [(2, {"email": "a@b.co", "last_name": "佐藤"})],
    )
