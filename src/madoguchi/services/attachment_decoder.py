"""Reads an uploaded file to its last byte and writes it anew, in a process of its own that can be killed.

    python -m madoguchi.services.attachment_decoder <media type> <source> <clean copy> <limits as JSON>

The clean copy holds the pictures and sounds and nothing else: no place and device of the shot, no second file hidden
behind the first. The answer is one line of JSON: `{"width", "height"}`, or `{"refused": why, "reason": word}`, where
the word is one of `Refusal`; this process imports as little as it can, and so spells them out.
"""

import errno
import json
import resource
import sys
import traceback
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

PICTURE_FORMATS: Final = ("PNG", "JPEG")
VIDEO_CODECS: Final = frozenset({"h264", "hevc", "av1", "mpeg4"})
AUDIO_CODECS: Final = frozenset({"aac", "mp3", "alac", "opus", "ac3"})
JPEG_QUALITY: Final = 90

DISGUISED: Final = "disguised"
DAMAGED: Final = "damaged"
PIXELS: Final = "too_many_pixels"
FORMAT: Final = "wrong_format"
COMPLEX: Final = "too_complex"


class RefusedError(Exception):
    """The file cannot be accepted; the message says why, and `reason` in a word."""

    def __init__(self, why: str, reason: str) -> None:
        super().__init__(why)
        self.reason = reason


def _limit(limits: Mapping[str, int]) -> None:
    """Keep this process within its memory and processor time; it dies where it wants more."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def picture(source: Path, target: Path, limits: Mapping[str, int], wanted: str) -> tuple[int, int]:
    """Decode a PNG or JPEG picture, turn it as the camera was held, and write it without anything else.

    Raises:
        RefusedError: it is none, is damaged, or has too many pixels.
    """
    from PIL import Image, ImageCms, ImageOps  # noqa: F401, PLC0415 - only this process needs it, and before the limit

    _limit(limits)
    Image.MAX_IMAGE_PIXELS = limits["pixels"]
    try:
        with Image.open(source, formats=PICTURE_FORMATS) as opened:
            if opened.width * opened.height > limits["pixels"]:
                raise RefusedError(f"the picture has more than {limits['pixels'] // 1_000_000} million pixels", PIXELS)
            if (opened.format == "PNG") != (wanted == "PNG"):
                raise RefusedError(f"the file is no {wanted}", DISGUISED)
            opened.load()
            turned = ImageOps.exif_transpose(opened)
            _write(_true_colours(turned), target, wanted)
            return turned.width, turned.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RefusedError("the picture has too many pixels", PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, TypeError):
        raise RefusedError("the picture is damaged or incomplete", DAMAGED) from None


def _true_colours(picture: Any) -> Any:
    """Bring the picture's own colour profile into sRGB, as the profile is not kept."""
    from PIL import ImageCms  # noqa: PLC0415 - only this process needs it

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        if mode == "L":
            return picture
        return ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _write(picture: Any, target: Path, wanted: str) -> None:
    if wanted == "JPEG":
        plain = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
        plain.info = {}
        plain.save(target, "JPEG", quality=JPEG_QUALITY, exif=b"", icc_profile=None)
        return
    transparency = picture.info.get("transparency")
    if picture.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}:
        picture = picture.convert("RGBA")
        transparency = None
    picture.info = {} if transparency is None else {"transparency": transparency}
    picture.save(target, "PNG", icc_profile=None)


def video(source: Path, target: Path, limits: Mapping[str, int]) -> tuple[int, int]:
    """Decode every frame of an MP4 file, and write its picture and sound without anything else.

    Raises:
        RefusedError: it is none, is damaged or incomplete, or has contents that are not accepted.
    """
    import av  # noqa: PLC0415 - only this process needs it

    _limit(limits)
    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(str(source), format="mp4") as opened:
            _check_streams(opened, limits)
            _decode(opened, limits)
        with av.open(str(source), format="mp4") as opened:
            _copy(av, opened, target)
            first = opened.streams.video[0]
            return first.codec_context.width, first.codec_context.height
    except av.FFmpegError as error:
        too_much = error.errno == errno.ENOMEM
        if too_much:
            raise RefusedError("the video needs too much memory", COMPLEX) from None
        raise RefusedError("the video is damaged or incomplete", DAMAGED) from None
    except ValueError:
        raise RefusedError("the video cannot be read", DAMAGED) from None


def _check_streams(opened: Any, limits: Mapping[str, int]) -> None:
    if not opened.streams.video:
        raise RefusedError("the file has no picture", FORMAT)
    for stream in opened.streams:
        allowed = {"video": VIDEO_CODECS, "audio": AUDIO_CODECS}.get(stream.type)
        if allowed is None:
            continue
        name = stream.codec_context.name if stream.codec_context is not None else "unknown"
        if name not in allowed:
            raise RefusedError(f"the {stream.type} format {name} is not accepted", FORMAT)
    for stream in opened.streams.video:
        if stream.codec_context.width * stream.codec_context.height > limits["frame_pixels"]:
            raise RefusedError("the video's picture is too large", PIXELS)


def _decode(opened: Any, limits: Mapping[str, int]) -> None:
    kept = [*opened.streams.video, *opened.streams.audio]
    for stream in kept:
        stream.thread_count = 1
        if stream.type == "video":
            # Nobody looks at these frames: the filter that makes them beautiful takes half of the time.
            stream.codec_context.options = {"skip_loop_filter": "all"}
    packets = {stream.index: 0 for stream in kept}
    frames = 0
    for packet in opened.demux(kept):
        packets[packet.stream.index] += packet.size > 0
        decoded = packet.decode()
        frames += len(decoded) if packet.stream.type == "video" else 0
        if frames > limits["frames"]:
            raise RefusedError("the video is too long", "too_long")
    if not frames:
        raise RefusedError("the video has no picture that can be shown", DAMAGED)
    if any(packets[stream.index] < stream.frames for stream in kept):
        raise RefusedError("the video is incomplete", DAMAGED)


def _copy(av: Any, opened: Any, target: Path) -> None:
    kept = [*opened.streams.video, *opened.streams.audio]
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as clean:
        copies = {stream.index: clean.add_stream_from_template(stream) for stream in kept}
        for copy in copies.values():
            copy.metadata.clear()
        for packet in opened.demux(kept):
            if packet.dts is None:
                continue
            packet.stream = copies[packet.stream.index]
            clean.mux(packet)


def main(arguments: list[str]) -> int:
    """Do what the command line says; print the answer."""
    media_type, source, target, limits_json = arguments
    limits = json.loads(limits_json)
    decoders: Mapping[str, Callable[[], tuple[int, int]]] = {
        "image/png": lambda: picture(Path(source), Path(target), limits, "PNG"),
        "image/jpeg": lambda: picture(Path(source), Path(target), limits, "JPEG"),
        "video/mp4": lambda: video(Path(source), Path(target), limits),
    }
    try:
        width, height = decoders[media_type]()
    except RefusedError as refused:
        answer: dict[str, Any] = {"refused": str(refused), "reason": refused.reason}
    except MemoryError:
        answer = {"refused": "the file needs too much memory to be read", "reason": COMPLEX}
    except ImportError:
        raise
    except Exception:  # noqa: BLE001 - who makes a decoder stumble gets his file back, and we the trace
        traceback.print_exc()
        answer = {"refused": "the file cannot be read", "reason": DAMAGED}
    else:
        answer = {"width": width, "height": height}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
