"""What `NationalHolidays` promises, and what the package knows of Japan."""

from datetime import date

import pytest

from madoguchi.adapters.calendars.national import NationalCalendars
from madoguchi.ports.national_holidays import NationalHolidays, UnknownCountryError
from madoguchi.testing.national_holidays import FakeNationalHolidays

pytestmark = pytest.mark.req("BASE-7")


@pytest.fixture(params=[NationalCalendars, FakeNationalHolidays], ids=lambda kind: kind.__name__)
def calendars(request: pytest.FixtureRequest) -> NationalHolidays:
    made: NationalHolidays = request.param()
    return made


def test_days_come_in_order_for_the_wanted_years_with_names_in_the_wanted_languages(
    calendars: NationalHolidays,
) -> None:
    found = calendars.holidays("JP", [2027, 2026], ("ja", "en"))

    assert [one.day for one in found] == sorted(one.day for one in found)
    assert {one.day.year for one in found} == {2026, 2027}
    assert found[0].day == date(2026, 1, 1)
    assert found[0].names == {"ja": "元日", "en": "New Year's Day"}
    assert all(set(one.names) == {"en"} for one in calendars.holidays("JP", [2026], ("en",)))


def test_an_unknown_country_is_refused_with_its_field(calendars: NationalHolidays) -> None:
    assert "JP" in calendars.countries()
    with pytest.raises(UnknownCountryError) as refused:
        calendars.holidays("XX", [2026], ("en",))
    assert refused.value.field == "country"


def test_japan_has_its_substitute_holidays_and_the_days_between_two() -> None:
    found = {one.day: one.names for one in NationalCalendars().holidays("JP", [2026], ("ja", "en"))}

    assert len(found) == 18
    assert found[date(2026, 5, 6)] == {"ja": "振替休日", "en": "Substitute Holiday"}
    assert found[date(2026, 9, 22)] == {"ja": "国民の休日", "en": "National Holiday"}
    assert date(2026, 5, 7) not in found


def test_countries_are_codes_of_two_letters_and_names_fall_back_to_the_countrys_own() -> None:
    known = NationalCalendars().countries()
    assert len(known) > 100
    assert all(len(code) == 2 for code in known)

    german = NationalCalendars().holidays("DE", [2026], ("ja", "en"))
    own_words = NationalCalendars().holidays("DE", [2026], ("ja",))
    assert german[0].names == {"en": "New Year's Day"}
    assert own_words[0].names == {"ja": "Neujahr"}, "better than no name"
