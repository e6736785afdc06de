from datetime import UTC, datetime

import pytest

from madoguchi.kernel.ids import prefix
from madoguchi.kernel.time import instant, stamp


def test_a_time_stamp_of_any_offset_is_read_and_written_in_utc() -> None:
    read = instant("2026-11-23T18:00:00.250+09:00")

    assert read == datetime(2026, 11, 23, 9, 0, 0, 250_000, UTC)
    assert stamp(read) == "2026-11-23T09:00:00.250Z"


@pytest.mark.parametrize("text", ["2026-11-23T09:00:00", "yesterday", ""])
def test_what_is_no_point_in_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset|Invalid"):
        instant(text)


@pytest.mark.parametrize(("value", "kind"), [("call_01J", "call"), ("chat_", "chat"), ("offer", "offer")])
def test_an_id_says_what_it_names(value: str, kind: str) -> None:
    assert prefix(value) == kind
