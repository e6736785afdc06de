"""G.711 by table: whole batches of frames to and from linear PCM in one look-up.

Source: ITU-T G.711 (1988), tables 1 and 2.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Samples = NDArray[np.int16]

MU: Final = 0
"""µ-law's row in the tables."""
A: Final = 1
"""A-law's row in the tables."""

_BIAS: Final = 33
"""What µ-law adds to a 14-bit magnitude before it looks for the segment."""


def _mu_decoded() -> NDArray[np.int64]:
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 0xF
    magnitude = (((mantissa << 1) + _BIAS) << exponent) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude) << 2


def _a_decoded() -> NDArray[np.int64]:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0xF
    magnitude = np.where(exponent == 0, (mantissa << 1) + 1, ((mantissa << 1) + _BIAS) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude) << 3


def _encoded(decoded: NDArray[np.int64]) -> Codes:
    """Return, for every 16-bit sample read as unsigned, the code whose value is nearest."""
    order = np.argsort(decoded, kind="stable")
    values = decoded[order]
    samples = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    above = np.clip(np.searchsorted(values, samples), 1, 255)
    below_is_nearer = samples - values[above - 1] <= values[above] - samples
    codes = order[np.where(below_is_nearer, above - 1, above)].astype(np.uint8)
    codes[(decoded[codes] == 0) & (samples >= 0)] = 0xFF  # µ-law's two zeros: silence is the positive one on every line
    return codes


DECODED: Final[Samples] = np.stack([_mu_decoded(), _a_decoded()]).astype(np.int16)
"""Shape (2, 256): law and code to sample."""
ENCODED: Final[Codes] = np.stack([_encoded(_mu_decoded()), _encoded(_a_decoded())])
"""Shape (2, 65536): law and sample, read as unsigned, to code."""


def decode(codes: Codes, laws: Codes) -> Samples:
    """Return the samples of a batch of frames: `codes` has shape (frames, samples), `laws` (frames,)."""
    samples: Samples = DECODED[laws[:, np.newaxis], codes]
    return samples


def encode(samples: Samples, law: int) -> Codes:
    """Return the codes of samples of any shape."""
    codes: Codes = ENCODED[law].take(samples.view(np.uint16), mode="clip")
    return codes
