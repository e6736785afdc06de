"""Consumers of whom nothing is known."""

from datetime import datetime
from zoneinfo import ZoneInfo

from madoguchi.domain.consumers.consumer import web_user_name


def test_an_unknown_consumer_is_named_after_the_time_he_came() -> None:
    assert web_user_name(datetime(2026, 1, 2, 3, 4, tzinfo=ZoneInfo("Asia/Tokyo"))) == "Web User 01/02 03:04"
