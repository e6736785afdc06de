"""Files that come in and go out: uploads, attachments, transcripts, recordings."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import anyio
from fastapi import UploadFile
from fastapi.responses import Response, StreamingResponse

from madoguchi.adapters.http.problems import RangeNotSatisfiableError, problem
from madoguchi.adapters.http.ranges import NoSuchPart, part_of
from madoguchi.adapters.http.state import KIB, HttpSettings
from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.recording import Recording
from madoguchi.ports.blobs import Blobs

_CHUNK: Final = 256 * KIB
_NAME_LENGTH: Final = 200
_SANDBOX: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""An attached file runs nothing, whatever it contains."""


@asynccontextmanager
async def received(file: UploadFile, settings: HttpSettings) -> AsyncIterator[tuple[str, Path]]:
    """Yield an upload's display name and the file that holds it as long as the context lasts."""
    settings.uploads.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.uploads, prefix="upload-") as kept:
        async with await anyio.open_file(kept.name, "wb") as target:
            while chunk := await file.read(_CHUNK):
                await target.write(chunk)
        name = (file.filename or "file").replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1]
        yield name[-_NAME_LENGTH:] or "file", Path(kept.name)


def named(disposition: str, name: str) -> str:
    """Return the header `Content-Disposition` for a file."""
    return f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"


async def attachment_response(found: Attachment, blobs: Blobs) -> Response:
    """Return an attached file: pictures and videos are shown in the page, and never anything else."""
    headers = {
        **_SANDBOX,
        "Content-Length": str(await blobs.size(found.blob_key)),
        "Content-Disposition": named("inline", found.name),
        "Cache-Control": "private, max-age=86400, immutable",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return StreamingResponse(blobs.read(found.blob_key), media_type=found.media_type.value, headers=headers)


async def picture_response(key: str, blobs: Blobs) -> Response:
    """Return a user's picture; its key changes with it."""
    headers = {
        **_SANDBOX,
        "Content-Length": str(await blobs.size(key)),
        "Cache-Control": "private, max-age=300",
    }
    kind = "image/png" if key.endswith(".png") else "image/jpeg"
    return StreamingResponse(blobs.read(key), media_type=kind, headers=headers)


def transcript_response(chat: str, kind: str, body: str) -> Response:
    """Return a transcript as a file to save."""
    media_type = "application/json" if kind == "json" else "text/plain; charset=utf-8"
    headers = {"Content-Disposition": named("attachment", f"{chat}.{kind}")}
    return Response(body, media_type=media_type, headers=headers)


async def recording_response(recording: Recording, blobs: Blobs, wanted: str | None) -> Response:
    """Return a recording, or the part of it that the player asks for."""
    return await ranged_response(recording.blob_key, f"{recording.id}.mp3", "audio/mpeg", blobs, wanted)


async def ranged_response(key: str, name: str, media_type: str, blobs: Blobs, wanted: str | None) -> Response:
    """Return a blob, or the part of it that the player asks for.

    Raises:
        NotFoundError: it is gone.
    """
    size = await blobs.size(key)
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": named("inline", name)}
    try:
        part = part_of(wanted, size)
    except NoSuchPart:
        return problem(RangeNotSatisfiableError(), headers={"Content-Range": f"bytes */{size}"})
    if part is None:
        headers["Content-Length"] = str(size)
        return StreamingResponse(blobs.read(key), media_type=media_type, headers=headers)
    headers["Content-Length"] = str(part.end - part.start)
    headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    return StreamingResponse(blobs.read(key, part.start, part.end), 206, media_type=media_type, headers=headers)
