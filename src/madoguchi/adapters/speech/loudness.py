"""One loudness for all voices, so that callers need not move their telephones."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SPEECH_DBFS: Final = -22.0
"""The level of the spoken parts: a little above the nominal -26 dBov of telephone speech, as prompts are."""
PEAK_DBFS: Final = -2.0
_FRAME_S: Final = 0.02
_SILENCE_DB: Final = 35.0
"""How far below the loudest frame a frame counts as silence."""
_LEAD_S: Final = 0.05
_TAIL_S: Final = 0.15
_FULL: Final = 32768.0


def levelled(samples: NDArray[np.float64], rate: int, *, trim: bool = True) -> NDArray[np.int16]:
    """Bring speech to the common level, and cut the silence around it.

    Args:
        samples: mono, any scale.
        rate: samples per second.
        trim: whether silence around the speech is cut off; music that is played round and round keeps it.

    Returns:
        16-bit samples whose spoken frames have `SPEECH_DBFS` on average, less where a peak would exceed `PEAK_DBFS`;
        nothing where there is no sound.
    """
    frame = max(1, int(rate * _FRAME_S))
    frames = -(-len(samples) // frame)
    padded = np.zeros(frames * frame)
    padded[: len(samples)] = samples
    power = np.mean(padded.reshape(frames, frame) ** 2, axis=1)
    if not frames or power.max() <= 0.0:
        return np.zeros(0, np.int16)
    spoken = np.flatnonzero(power > power.max() * 10 ** (-_SILENCE_DB / 10))
    start = max(0, spoken[0] * frame - int(_LEAD_S * rate)) if trim else 0
    end = min(len(samples), (spoken[-1] + 1) * frame + int(_TAIL_S * rate)) if trim else len(samples)
    wanted = _FULL * 10 ** (SPEECH_DBFS / 20) / np.sqrt(np.mean(power[spoken]))
    allowed = _FULL * 10 ** (PEAK_DBFS / 20) / np.max(np.abs(samples))
    speech: NDArray[np.int16] = np.rint(samples[start:end] * min(wanted, allowed)).astype(np.int16)
    return speech
