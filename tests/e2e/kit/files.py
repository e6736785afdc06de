"""Files as people send them, and as they should not."""

import io
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from PIL import Image
from playwright.async_api import FilePayload

SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'
HTML: Final = b"<!doctype html><script>alert(1)</script>"


def a_file(name: str, content: bytes, kind: str = "application/octet-stream") -> FilePayload:
    """Return a file as a picker hands it over; `kind` is what the sender's machine takes it for."""
    return {"name": name, "mimeType": kind, "buffer": content}


def png(width: int = 120, height: int = 80, colour: str = "#0b6b7c") -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int = 160, height: int = 120) -> bytes:
    """Return a photograph with some detail, so that half of it is half of a file."""
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG", quality=80)
    return out.getvalue()


def mp4(seconds: float = 1.0) -> bytes:
    """Return a clip of a grey that gets lighter, as phones make them: H.264."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        count = round(10 * seconds)
        for number in range(count):
            picture = np.full((64, 96, 3), 20 * number % 255, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
