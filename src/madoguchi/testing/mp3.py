"""What is in an MP3, for those who must prove what was recorded."""

import io

import av
import numpy as np

from madoguchi.testing.tones import Samples


def mp3_samples(content: bytes, rate: int = 8_000) -> Samples:
    """Return an MP3's sound, mono, at `rate`."""
    resampler = av.AudioResampler("s16", "mono", rate)
    with av.open(io.BytesIO(content), "r") as file:
        frames = [part.to_ndarray()[0] for frame in file.decode(audio=0) for part in resampler.resample(frame)]
        frames += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(frames).astype(np.int16) if frames else np.zeros(0, np.int16)
