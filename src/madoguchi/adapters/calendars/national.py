"""National holidays from the `holidays` package."""

from collections.abc import Iterable, Sequence

import holidays

from madoguchi.ports.national_holidays import NationalHoliday, UnknownCountryError

_ISO_LETTERS = 2


class NationalCalendars:
    """`NationalHolidays`, as the package has them: substitute holidays and one-time ones are included."""

    def countries(self) -> Sequence[str]:
        """Return the known countries, as ISO 3166 codes of two letters, in order."""
        return sorted(
            code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == _ISO_LETTERS
        )

    def holidays(self, country: str, years: Iterable[int], languages: Sequence[str]) -> Sequence[NationalHoliday]:
        """Return a country's holidays of some years, in order.

        Raises:
            UnknownCountryError: the country is not known.
        """
        if country not in self.countries():
            raise UnknownCountryError(f"the holidays of {country} are not known", field="country")
        if not languages:
            raise ValueError("name at least one language")
        wanted = set(years)
        spoken = holidays.list_localized_countries(include_aliases=False).get(country, [])
        named = {
            language: holidays.country_holidays(country, years=wanted, language=known)
            for language in languages
            if (known := next((one for one in spoken if one.partition("_")[0] == language), None)) is not None
        }
        # Where no wanted language is known, the country's own words are better than nothing.
        own_language = holidays.country_holidays(country).default_language
        own = holidays.country_holidays(country, years=wanted, language=own_language)
        days = sorted(day for day in {*own, *(day for names in named.values() for day in names)} if day.year in wanted)
        return [
            NationalHoliday(
                day, {code: names[day] for code, names in named.items() if day in names} or {languages[0]: own[day]}
            )
            for day in days
        ]
