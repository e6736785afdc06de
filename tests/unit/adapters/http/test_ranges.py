import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.http.ranges import NoSuchPart, Part, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", Part(0, 100)),
        ("bytes=500-", Part(500, 1000)),
        ("bytes=-100", Part(900, 1000)),
        ("bytes=-5000", Part(0, 1000)),
        ("bytes=990-5000", Part(990, 1000)),
        ("bytes=999-999", Part(999, 1000)),
    ],
)
def test_a_range_names_its_part(header: str, part: Part) -> None:
    assert part_of(header, 1000) == part


@pytest.mark.parametrize("header", [None, "", "bytes=-", "items=0-1", "bytes=0-1,5-6", "bytes=9-3", "bytes=٣-٤"])
def test_a_header_that_is_no_single_range_gets_the_whole_file(header: str | None) -> None:
    assert part_of(header, 1000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_behind_the_end_has_no_part(header: str) -> None:
    with pytest.raises(NoSuchPart):
        part_of(header, 1000)


def test_an_empty_file_has_no_parts() -> None:
    with pytest.raises(NoSuchPart):
        part_of("bytes=0-", 0)


@given(st.text(), st.integers(0, 10_000))
def test_a_part_always_lies_within_the_file(text: str, size: int) -> None:
    try:
        part = part_of("bytes=" + text, size)
    except NoSuchPart:
        return
    assert part is None or 0 <= part.start < part.end <= size
