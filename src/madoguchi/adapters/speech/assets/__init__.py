"""Sounds that come with the program."""

from pathlib import Path
from typing import Final

HOLD_MUSIC: Final = Path(__file__).with_name("hold-music.ogg")
"""Forty seconds without a seam, composed by `tools/compose_hold_music.py`."""
RING_BACK: Final = Path(__file__).with_name("ring-back.ogg")
"""Three seconds of what a caller hears while it rings, made by `tools/compose_ring_back.py`."""
