"""The machine's clock."""

import asyncio
from datetime import UTC, datetime
from threading import Lock

from madoguchi.kernel.time import Instant, Span


class SystemClock:
    """Tells the machine's time in UTC, and stands still where the machine's clock is set back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> Instant:
        """Return the present time in whole milliseconds; never earlier than a value returned before.

        Rows and cursors tell milliseconds: what is stored must not be finer than what a client can name.
        """
        now = datetime.now(UTC)
        with self._lock:
            self._last = max(self._last, now.replace(microsecond=now.microsecond // 1000 * 1000))
            return self._last

    async def sleep(self, span: Span) -> None:
        """Wait for `span`; a negative one only lets others run."""
        await asyncio.sleep(max(0.0, span.total_seconds()))
