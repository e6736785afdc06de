"""A country with two holidays, for tests that are not about calendars."""

from collections.abc import Iterable, Sequence
from datetime import date

from madoguchi.ports.national_holidays import NationalHoliday, UnknownCountryError


class FakeNationalHolidays:
    """Knows Japan's New Year's Day and Labour Thanksgiving Day, the same every year."""

    def countries(self) -> Sequence[str]:
        """Return the one country."""
        return ["JP"]

    def holidays(self, country: str, years: Iterable[int], languages: Sequence[str]) -> Sequence[NationalHoliday]:
        """Return both days of every year.

        Raises:
            UnknownCountryError: it is not Japan.
        """
        if country not in self.countries():
            raise UnknownCountryError(f"the holidays of {country} are not known", field="country")
        names = [
            (1, 1, {"ja": "元日", "en": "New Year's Day"}),
            (11, 23, {"ja": "勤労感謝の日", "en": "Labor Thanksgiving Day"}),
        ]
        return [
            NationalHoliday(date(year, month, day), {code: named[code] for code in languages if code in named})
            for year in sorted(set(years))
            for month, day, named in names
        ]
