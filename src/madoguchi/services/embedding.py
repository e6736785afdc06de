"""Which sites may embed the portal. Kept in memory: every answer of the server says it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.embedding.origins import EmbeddingSettings, checked
from madoguchi.ports.storage import Catalogue, require_present

SCOPE: Final = "embedding"
"""The tenant settings: `origins` and `version`."""


class EmbeddingService:
    """Reads and changes the allow-list."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._settings = EmbeddingSettings()
        self._one_at_a_time = asyncio.Lock()
        self.changed: Callable[[], None] = lambda: None
        """Told after every change."""

    async def load(self) -> None:
        """Read the settings; to be called at the start."""
        self._settings = _read(await self._catalogue.settings(SCOPE))

    @property
    def settings(self) -> EmbeddingSettings:
        """What holds now."""
        return self._settings

    async def change(self, actor: Principal, version: int, origins: Sequence[str]) -> EmbeddingSettings:
        """Let exactly `origins` embed the portal, as of now.

        Raises:
            NotAllowedError: the caller may not change it.
            StaleVersionError: somebody else has changed it since `version`.
            InvalidFieldsError: one is no origin.
        """
        actor.require(Permission.EDIT_EMBEDDING)
        wanted = checked(origins)
        async with self._one_at_a_time:
            stored = await self._catalogue.settings(SCOPE)
            self._settings = _read(stored)
            require_present(self._settings.version, Seen(Subject.SETTINGS, SCOPE, version))
            changed = EmbeddingSettings(wanted, version + 1)
            await self._catalogue.save_settings(
                SCOPE, {"origins": list(wanted), "version": changed.version}, seen=stored
            )
            self._settings = changed
        self.changed()
        return changed


def _read(stored: Mapping[str, Any]) -> EmbeddingSettings:
    return EmbeddingSettings(tuple(stored.get("origins", ())), stored.get("version", 0))
