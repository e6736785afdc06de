"""Languages: which an organisation could offer, which of them are live, and which one is spoken by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

KNOWN: Final = ("ja", "en", "zh", "ko", "es", "fr", "de", "pt", "vi")
"""What can be made live. Ours have texts and a voice; in the others every message has to be recorded."""
FIRST_LIVE: Final = ("ja", "en")
FIRST_DEFAULT: Final = "ja"


@dataclass(frozen=True)
class LanguageSettings:
    """Which languages consumers are offered."""

    default: str
    """Callers who have not chosen are greeted in it; its menus are the template for the others."""
    live: tuple[str, ...]
    version: int = 0
    """0: as the product comes."""
    changed_by: UserId | None = None
    changed_at: Instant | None = None

    def offered(self, wanted: str) -> str:
        """Return `wanted` where it is live, else the default."""
        return wanted if wanted in self.live else self.default


def checked(default: str, live: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return default and live languages, these in the order of `KNOWN`, each once.

    Raises:
        InvalidInputError: a language is not known, or the default is not live.
    """
    unknown = sorted({default, *live} - set(KNOWN))
    if unknown:
        raise InvalidInputError(f"not known: {', '.join(unknown)}", field="live", reason="unknown_language")
    if default not in live:
        raise InvalidInputError("the default language must be live", field="default", reason="default_not_live")
    return default, tuple(one for one in KNOWN if one in live)
