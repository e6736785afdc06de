"""The support centre's time zone: where its days begin."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from madoguchi.domain.figures.periods import day_of
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import Catalogue

SCOPE: Final = "support_center"
"""The tenant settings that have `time_zone`."""
WITHOUT: Final = "UTC"

_log = structlog.get_logger(__name__)


class CentreTime:
    """Reads the tenant's time zone; UTC where none is set."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    async def zone(self) -> ZoneInfo:
        """Return the time zone.

        Raises:
            StorageUnavailableError: the settings cannot be read.
        """
        named = (await self._catalogue.settings(SCOPE)).get("time_zone") or WITHOUT
        try:
            return ZoneInfo(str(named))
        except (ZoneInfoNotFoundError, ValueError):
            _log.error("unknown_time_zone", zone=named)
            return ZoneInfo(WITHOUT)

    async def today(self) -> date:
        """Return the centre's date now."""
        return day_of(self._clock.now(), await self.zone())
