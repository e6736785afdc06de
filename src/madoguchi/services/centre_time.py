"""The support centre's time zone: where its days begin."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from madoguchi.domain.figures.periods import day_of
from madoguchi.ports.environment import Clock


class CentreTime:
    """Tells dates where the support centre is. `named` tells its time zone, as the details of the centre have it."""

    def __init__(self, named: Callable[[], str], clock: Clock) -> None:
        self._named = named
        self._clock = clock

    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self._named())

    def today(self) -> date:
        """Return the centre's date now."""
        return day_of(self._clock.now(), self.zone())
