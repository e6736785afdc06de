"""Which days are holidays in a country."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from madoguchi.kernel.errors import Kind, MadoguchiError


class UnknownCountryError(MadoguchiError):
    """The holidays of this country are not known."""

    kind = Kind.INVALID
    code = "unknown_country"


@dataclass(frozen=True)
class NationalHoliday:
    """One day."""

    day: date
    names: Mapping[str, str]
    """Language to name, for those of the wanted languages in which its name is known; one at least."""


class NationalHolidays(Protocol):
    """Knows the holidays of countries."""

    def countries(self) -> Sequence[str]:
        """Return the known countries, as ISO 3166 codes of two letters, in order."""

    def holidays(self, country: str, years: Iterable[int], languages: Sequence[str]) -> Sequence[NationalHoliday]:
        """Return a country's holidays of some years, in order.

        Raises:
            UnknownCountryError: the country is not known.
        """
