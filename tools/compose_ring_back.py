"""Composes the ring-back tone that an agent hears while a phone rings: 400 Hz, one second in three, as in Japan."""

import sys
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from compose_hold_music import RATE, write_opus

from madoguchi.adapters.speech.assets import RING_BACK

TONE_HZ: Final = 400
WARBLE_HZ: Final = 16
LEVEL: Final = 0.25
RAMP_S: Final = 0.01


def main() -> None:
    """Write the asset."""
    at = np.arange(3 * RATE) / RATE
    warble = 0.5 * (1 + np.sin(2 * np.pi * WARBLE_HZ * at))
    envelope = np.clip(np.minimum(at, 1.0 - at) / RAMP_S, 0.0, 1.0)
    tone = LEVEL * envelope * (0.6 + 0.4 * warble) * np.sin(2 * np.pi * TONE_HZ * at)
    write_opus(np.rint(tone * 32767).astype(np.int16), RING_BACK)
    print(f"{RING_BACK}: {RING_BACK.stat().st_size} bytes")


if __name__ == "__main__":
    main()
