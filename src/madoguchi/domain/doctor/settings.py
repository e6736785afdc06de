"""When an interaction counts as stuck, and how long a call may go on that nobody speaks into."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.time import Span

STUCK_MIN: Final = (5, 10_080)
"""Minutes: least and most."""
NO_MEDIA_S: Final = (40, 3_600)
"""Seconds: least and most. A call's own patience (32 s at most for whoever has answered) is over before."""


@dataclass(frozen=True)
class DoctorSettings:
    """What the organisation has set."""

    stuck_min: int = 300
    """After how many minutes an interaction that still goes on counts as stuck."""
    no_media_s: int = 120
    """After how many seconds without a packet from anybody in it a call is ended by itself."""
    version: int = 0

    @property
    def stuck_after(self) -> Span:
        """The first as a span."""
        return timedelta(minutes=self.stuck_min)

    @property
    def no_media_for(self) -> Span:
        """The second as a span."""
        return timedelta(seconds=self.no_media_s)


def checked(stuck_min: int, no_media_s: int, version: int) -> DoctorSettings:
    """Return settings as they may be.

    Raises:
        InvalidFieldsError: a number is out of range (`out_of_range`, with `least` and `most`).
    """
    wrong = [
        FieldError(name, "out_of_range", f"{least} to {most}", {"least": str(least), "most": str(most)})
        for name, value, (least, most) in (("stuck_min", stuck_min, STUCK_MIN), ("no_media_s", no_media_s, NO_MEDIA_S))
        if not least <= value <= most
    ]
    if wrong:
        raise InvalidFieldsError(wrong)
    return DoctorSettings(stuck_min, no_media_s, version)
