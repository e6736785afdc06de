"""The built pages: portal, widget and demo shop, sent compressed as they were built."""

import os
import stat
from html import escape
from pathlib import Path, PurePosixPath
from typing import Final

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_REVALIDATE: Final = "no-cache"
_INDEX: Final = "index.html"

_MISSING: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Madoguchi</title>
<h1>{name} has not been built yet</h1>
<p>The server runs. Its pages are missing at <code>{folder}</code>.</p>
<p>Build them with <code>make web</code>, then reload.</p>
<p lang="ja">サーバーは動いていますが、画面がまだ作られていません。</p>
<p lang="ja"><code>make web</code> を実行してから再読み込みしてください。</p>
</html>
"""


class Pages(StaticFiles):
    """One folder that Vite built.

    Files under `assets/` have a hash in their names and never change; everything else is asked for anew each time.
    Where `routed`, a path without a file extension is a page of the app and gets its `index.html`.
    """

    def __init__(self, folder: Path, name: str, *, routed: bool) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._folder = folder
        self._name = name
        self._routed = routed

    async def check_config(self) -> None:
        """Do without the folder: what is missing is said to whoever asks, and may be built while we run."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, compressed if the browser can read that.

        Raises:
            HTTPException: 404 for what is not there, 405 for anything but GET and HEAD.
        """
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        if "\0" in path or path.endswith((".br", ".gz")):
            raise HTTPException(404)
        if path == ".":
            path = _INDEX
        found = await self._find(path, scope)
        if found is None and self._routed and not PurePosixPath(path).suffix:
            found = await self._find(_INDEX, scope)
        if found is not None:
            return found
        if PurePosixPath(path).suffix in {"", ".html"} and not (self._folder / _INDEX).is_file():
            page = _MISSING.format(name=escape(self._name), folder=escape(str(self._folder)))
            return HTMLResponse(page, 503, headers={"Cache-Control": "no-store", "Retry-After": "10"})
        raise HTTPException(404)

    async def _find(self, path: str, scope: Scope) -> Response | None:
        accepted = Headers(scope=scope).get("accept-encoding", "")
        plain, status = await anyio.to_thread.run_sync(self._look_up, path)
        if status is None:
            return None
        chosen, encoding = plain, ""
        for name, suffix in _ENCODINGS:
            if name in accepted:
                packed, packed_status = await anyio.to_thread.run_sync(self._look_up, path + suffix)
                if packed_status is not None:
                    chosen, status, encoding = packed, packed_status, name
                    break
        response = self.file_response(chosen, status, scope)
        response.headers["Cache-Control"] = _IMMUTABLE if path.startswith("assets/") else _REVALIDATE
        response.headers["Vary"] = "Accept-Encoding"
        if encoding and response.status_code != 304:  # noqa: PLR2004 - HTTP's number for "not modified"
            response.headers["Content-Encoding"] = encoding
            response.headers["Content-Type"] = _media_type(path)
        return response

    def _look_up(self, path: str) -> tuple[str, os.stat_result | None]:
        try:
            found, status = self.lookup_path(path)
        except (OSError, ValueError):
            return "", None
        return (found, status) if status is not None and stat.S_ISREG(status.st_mode) else ("", None)


_MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
}


def _media_type(path: str) -> str:
    return _MEDIA_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")
