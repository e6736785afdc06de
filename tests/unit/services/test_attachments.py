"""Files that are what they say they are, and files that are not. All bytes are real."""

import asyncio
import io
import json
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from madoguchi.domain.chats.attachments import MediaType, Refusal
from madoguchi.domain.chats.commands import NotYourChatError
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId
from madoguchi.services.attachments import (
    AttachmentRules,
    AttachmentService,
    BadAttachmentError,
    DecoderLimits,
    display_name,
)
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.testing.chat_house import KEN, ChatHouse, MemoryBlobs, a_chat_house, a_visitor, a_worker
from madoguchi.testing.chats import ANA, BEN
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.storage import MemoryStorage

pytestmark = pytest.mark.req("SMA-3")

CHAT = InteractionId("chat_1")
GPS = 0x8825
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'


def png(width: int = 8, height: int = 6, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), 1).save(out, "PNG")
    return out.getvalue()


def jpeg(width: int = 8, height: int = 6, *, orientation: int = 1) -> bytes:
    """Return a photograph with a place, red on its left and blue on its right as the sensor saw it."""
    picture = Image.new("RGB", (width, height), (255, 0, 0))
    picture.paste((0, 0, 255), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def mp4(*, codec: str = "libx264", seconds: float = 1.0, sound: bool = True, faststart: bool = False) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        options = {"movflags": "+faststart"} if faststart else {}
        with av.open(file.name, "w", format="mp4", options=options) as container:
            container.metadata["title"] = "SecretPlace"
            video: Any = container.add_stream(codec, rate=10 if codec != "mpeg2video" else 25)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            audio: Any = container.add_stream("aac", rate=8000) if sound else None
            noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
            for number in range(int(seconds * 10)):
                frame = av.VideoFrame.from_ndarray(np.roll(noise, number * 7, axis=0), format="rgb24")
                container.mux(video.encode(frame))
            container.mux(video.encode())
            if audio is not None:
                samples = np.zeros((1, int(8000 * seconds)), np.float32)
                heard = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
                heard.sample_rate = 8000
                heard.time_base = Fraction(1, 8000)
                container.mux(audio.encode(heard))
                container.mux(audio.encode())
        return Path(file.name).read_bytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """Return a small PNG file that unpacks to a huge picture."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = zlib.compress(b"\0" * (height * (1 + width // 8)), 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.exe", b"MZ" * 50)
    return out.getvalue()


VIDEO = mp4()


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def service(blobs: MemoryBlobs) -> AttachmentService:
    return AttachmentService(MemoryStorage().catalogue, blobs, FakeClock(), CountingIds())


async def kept(service: AttachmentService, tmp_path: Path, name: str, content: bytes) -> bytes:
    """Have a file checked; return what is stored of it."""
    file = tmp_path / "upload"
    file.write_bytes(content)
    found = await service.keep(CHAT, name, file)
    blobs = service._blobs
    assert isinstance(blobs, MemoryBlobs)
    stored = blobs.files[found.blob_key]
    assert found.size == len(stored)
    return stored


@pytest.mark.parametrize("name", ["photo.jpg", "photo.JPEG", "C:\\Users\\mei\\photo.jpeg"])
async def test_a_photograph_is_turned_upright_and_tells_neither_place_nor_camera(
    service: AttachmentService, tmp_path: Path, name: str
) -> None:
    stored = await kept(service, tmp_path, name, jpeg(orientation=6))

    assert b"SecretCamera" not in stored
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (6, 8))
        assert not picture.getexif()
        red, _, blue = np.asarray(picture)[0, 3].tolist()
        assert red > blue, "what was left on the sensor is at the top"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_kind_of_png_stays_what_it_shows(service: AttachmentService, tmp_path: Path, mode: str) -> None:
    stored = await kept(service, tmp_path, "a.png", png(mode=mode))
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (8, 6), mode)


async def test_a_picture_for_print_becomes_one_for_screens(service: AttachmentService, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("CMYK", (4, 4)).save(out, "JPEG")
    with Image.open(io.BytesIO(await kept(service, tmp_path, "a.jpg", out.getvalue()))) as picture:
        assert picture.mode == "RGB"


async def test_text_hidden_in_a_png_is_gone(service: AttachmentService, tmp_path: Path) -> None:
    plain = png()
    at = plain.index(b"IDAT") - 4
    with_text = plain[:at] + chunk(b"tEXt", b"Comment\0<script>alert(1)</script>") + plain[at:]
    assert b"script" not in await kept(service, tmp_path, "a.png", with_text)


@pytest.mark.parametrize("hidden", [zipped(), SVG, b"<?php system($_GET[0]); ?>", b"%PDF-1.7"])
async def test_a_second_file_behind_a_picture_is_gone(
    service: AttachmentService, tmp_path: Path, hidden: bytes
) -> None:
    stored = await kept(service, tmp_path, "a.jpg", jpeg() + hidden)
    assert hidden not in stored
    assert not zipfile.is_zipfile(io.BytesIO(stored))
    assert hidden not in await kept(service, tmp_path, "a.png", png() + hidden)


async def test_a_video_keeps_picture_and_sound_and_nothing_else(service: AttachmentService, tmp_path: Path) -> None:
    stored = await kept(service, tmp_path, "clip.MP4", VIDEO + zipped())

    assert b"SecretPlace" not in stored
    assert not zipfile.is_zipfile(io.BytesIO(stored))
    with av.open(io.BytesIO(stored), "r") as clip:
        assert [stream.codec_context.name for stream in clip.streams] == ["h264", "aac"]
        assert len(list(clip.decode(video=0))) == 10
    found = await service.find(next(iter(service._catalogue._attachments)))  # type: ignore[attr-defined]
    assert found is not None
    assert (found.media_type, found.width, found.height, found.name) == (MediaType.MP4, 64, 48, "clip.MP4")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.svg", SVG, "wrong_type"),
        ("a.gif", b"GIF89a" + bytes(20), "wrong_type"),
        ("a.exe", b"MZ" + bytes(50), "wrong_type"),
        ("png", png(), "wrong_type"),
        ("a.png.html", png(), "wrong_type"),
        ("a.png", SVG, "disguised"),
        ("a.png", jpeg(), "disguised"),
        ("a.jpg", png(), "disguised"),
        ("a.png", VIDEO, "disguised"),
        ("a.mp4", jpeg(), "disguised"),
        ("a.mp4", zipped(), "disguised"),
        ("a.png", b"", "empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + SVG, "damaged"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + SVG, "damaged"),
        ("a.png", png(300, 300)[:-30], "damaged"),
        ("a.jpg", jpeg(300, 300)[: len(jpeg(300, 300)) // 2], "damaged"),
        ("a.mp4", VIDEO[: len(VIDEO) // 2], "damaged"),
        ("a.mp4", VIDEO[:40] + bytes(500), "damaged|wrong_format"),
        ("a.png", bomb(60_000, 60_000), "too_many_pixels"),
    ],
)
async def test_what_is_not_what_it_says_is_refused_with_the_reason(
    service: AttachmentService, blobs: MemoryBlobs, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(BadAttachmentError) as refused:
        await kept(service, tmp_path, name, content)
    assert re.fullmatch(why, str(refused.value.reason))
    assert refused.value.detail
    assert refused.value.field == "file"
    assert blobs.files == {}


async def test_a_video_cut_off_after_its_index_is_refused(service: AttachmentService, tmp_path: Path) -> None:
    whole = mp4(seconds=5, faststart=True)
    with pytest.raises(BadAttachmentError) as refused:
        await kept(service, tmp_path, "a.mp4", whole[: len(whole) * 3 // 4])
    assert refused.value.reason == Refusal.DAMAGED


@pytest.mark.parametrize(
    ("content", "why"),
    [(mp4(codec="mpeg4", sound=False), None), (mp4(codec="mpeg2video", sound=False), "mpeg2video")],
)
async def test_only_codecs_that_browsers_play_are_accepted(
    service: AttachmentService, tmp_path: Path, content: bytes, why: str | None
) -> None:
    if why is None:
        assert await kept(service, tmp_path, "a.mp4", content)
        return
    with pytest.raises(BadAttachmentError, match=why) as refused:
        await kept(service, tmp_path, "a.mp4", content)
    assert refused.value.reason == Refusal.WRONG_FORMAT


async def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rules = AttachmentRules(max_bytes=100)
    service = AttachmentService(MemoryStorage().catalogue, MemoryBlobs(), FakeClock(), CountingIds(), rules)
    with pytest.raises(BadAttachmentError, match="larger") as refused:
        await kept(service, tmp_path, "a.png", png(50, 50) + bytes(100))
    assert refused.value.reason == Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (DecoderLimits(frames=5), Refusal.TOO_LONG),
        (DecoderLimits(frame_pixels=100), Refusal.TOO_MANY_PIXELS),
        (DecoderLimits(memory=64 * 1024 * 1024), Refusal.TOO_COMPLEX),
    ],
)
async def test_a_video_that_wants_too_much_is_refused(tmp_path: Path, limits: DecoderLimits, why: Refusal) -> None:
    rules = AttachmentRules(limits=limits)
    service = AttachmentService(MemoryStorage().catalogue, MemoryBlobs(), FakeClock(), CountingIds(), rules)
    with pytest.raises(BadAttachmentError) as refused:
        await kept(service, tmp_path, "a.mp4", VIDEO)
    assert refused.value.reason == why


async def test_a_reader_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    rules = AttachmentRules(patience_s=0.0)
    service = AttachmentService(MemoryStorage().catalogue, MemoryBlobs(), FakeClock(), CountingIds(), rules)
    with pytest.raises(BadAttachmentError) as refused:
        await kept(service, tmp_path, "a.png", png())
    assert refused.value.reason == Refusal.TOO_COMPLEX


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\temp\\cat.png", "cat.png"),
        ("cat\n\u202egnp.exe.png", "catgnp.exe.png"),
        ("猫の写真.jpg", "猫の写真.jpg"),
        ("x" * 300 + ".png", "x" * 115 + "….png"),
    ],
)
def test_names_are_for_display_only(name: str, shown: str) -> None:
    assert display_name(name) == shown


@pytest.fixture
async def house(blobs: MemoryBlobs) -> AsyncIterator[ChatHouse]:
    async with a_chat_house(MemoryStorage(), blobs=blobs) as running:
        yield running


@pytest.mark.req("BASE-13")
async def test_both_sides_attach_files_and_only_they_and_supervisors_get_them(
    house: ChatHouse, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    file = tmp_path / "upload"
    file.write_bytes(png())
    chat = await house.answered()
    visitor, agent = a_visitor(), a_worker(ANA)

    seq = await house.service.attach(visitor, chat, "f1", "cat.png", file)
    assert await house.service.attach(visitor, chat, "f1", "cat.png", file) == seq, "a repeated upload is one line"
    assert await house.service.attach(agent, chat, "f1", "cat.png", file) == seq + 1

    assert len(blobs.files) == 2
    told = json.loads(await house.service.transcript(agent, chat, "json"))
    body = told["messages"][seq - 1]["body"]
    assert (body["type"], body["name"], body["media_type"], body["width"], body["height"]) == (
        "attachment",
        "cat.png",
        "image/png",
        8,
        6,
    )
    for viewer in (visitor, agent):
        found = await house.service.attachment(viewer, body["attachment"])
        assert blobs.files[found.blob_key]
    for other in (a_visitor(KEN), a_worker(BEN)):
        with pytest.raises(NotFoundError):
            await house.service.attachment(other, body["attachment"])


async def test_one_upload_sent_twice_at_a_time_is_one_line_and_one_file(
    house: ChatHouse, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    chat = await house.answered()
    file = tmp_path / "upload"
    file.write_bytes(png())
    uploads = [house.service.attach(a_visitor(), chat, "f1", "cat.png", file) for _ in range(2)]
    first, second = await asyncio.gather(*uploads)
    assert first == second == house.state(chat).last_seq
    assert len(blobs.files) == 1


async def test_a_file_for_a_chat_that_is_over_or_not_yours_is_not_even_read(house: ChatHouse, tmp_path: Path) -> None:
    chat = await house.answered()
    with pytest.raises(NotYourChatError):
        await house.service.attach(a_worker(BEN), chat, "f1", "cat.png", tmp_path / "none")
    await house.service.end(a_visitor(), chat)
    with pytest.raises(InteractionOverError):
        await house.service.attach(a_visitor(), chat, "f1", "cat.png", tmp_path / "none")


async def test_a_chat_that_ends_while_its_file_is_read_keeps_no_file(
    house: ChatHouse, blobs: MemoryBlobs, tmp_path: Path
) -> None:
    chat = await house.answered()
    file = tmp_path / "upload"
    file.write_bytes(png())
    put = blobs.put

    async def put_and_end(key: str, content: object) -> int:
        size = await put(key, content)
        await house.service.end(a_worker(ANA), chat)
        return size

    house.service._attachments._blobs = replace_put(blobs, put_and_end)
    with pytest.raises(InteractionOverError):
        await house.service.attach(a_visitor(), chat, "f1", "cat.png", file)
    assert blobs.files == {}
    assert isinstance(house.storage, MemoryStorage)
    assert not house.storage.catalogue._attachments, "nor a word about it"


def replace_put(blobs: MemoryBlobs, put: object) -> MemoryBlobs:
    other = MemoryBlobs()
    other.files = blobs.files
    other.put = put  # type: ignore[method-assign, assignment]
    return other
