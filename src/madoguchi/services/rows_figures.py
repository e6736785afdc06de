"""Figures as rows of screens, answers and tables."""

from dataclasses import asdict
from typing import Final

from madoguchi.domain.figures.totals import Figures, Goals, Totals, WorkTime, figures
from madoguchi.services.rows import Json

_DIGITS: Final = 4


def figures_row(totals: Totals) -> Json:
    """Return the figures that `totals` make, as `FiguresOut` has them; parts are 0 to 1, lengths are seconds."""
    return {name: _rounded(value) for name, value in asdict(figures(totals)).items()}


def work_time_row(work: WorkTime) -> Json:
    """Return an agent's time: with work, and without it by status, in seconds."""
    return {
        "occupancy": _rounded(work.occupancy),
        "busy_s": work.busy_ms / 1000,
        "idle_s": {status: span / 1000 for status, span in work.idle_ms},
    }


def goals_row(goals: Goals) -> Json:
    """Return the goals."""
    return asdict(goals)


def _rounded(value: float | None) -> float | None:
    return round(value, _DIGITS) if isinstance(value, float) else value


FIGURES: Final = tuple(Figures.__dataclass_fields__)
"""The names of the figures, in their order."""


def queue_sums_row(totals: Totals) -> Json:
    """Return what a queue has had: counts, and averages and longest in seconds; None where there was nothing."""
    told = figures(totals)
    return {
        "offered": told.offered,
        "connected": told.answered,
        "abandoned": told.abandoned,
        "handle_s": _rounded(told.aht_s),
        "longest_handle_s": _longest(totals.longest_handle_ms, totals.handled),
        "wait_s": _rounded(told.asa_s),
        "longest_wait_s": _longest(totals.longest_wait_ms, totals.offered),
        "hold_s": _rounded(told.hold_s),
        "longest_hold_s": _longest(totals.longest_hold_ms, totals.handled),
    }


def _longest(span_ms: int, count: int) -> float | None:
    return span_ms / 1000 if count > 0 else None
