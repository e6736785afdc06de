"""Quantiles and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of `values` do not exceed; NaN where there are none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], scale: float = 1.0) -> dict[str, float]:
    """Return p50, p95 and p99, times `scale`."""
    return {
        name: round(quantile(values, share) * scale, 1) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


@dataclass(frozen=True)
class Table:
    """Rows that belong together, under one heading."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the table with its notes."""
        lines = [f"### {self.title}", ""]
        if self.rows:
            heads = list(self.rows[0])
            lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
            lines += ["| " + " | ".join(shown(row.get(head, "")) for head in heads) + " |" for row in self.rows]
            lines.append("")
        lines += [*self.notes, ""] if self.notes else []
        return "\n".join(lines)


def shown(value: Any) -> str:
    """Return a cell."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
