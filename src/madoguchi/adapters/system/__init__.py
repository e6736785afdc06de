"""The machine's own time, ids and chance."""

from madoguchi.adapters.system.clock import SystemClock
from madoguchi.adapters.system.ids import SystemIds
from madoguchi.adapters.system.rng import SystemRng

__all__ = ["SystemClock", "SystemIds", "SystemRng"]
