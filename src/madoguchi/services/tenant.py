"""What the tenant is called and which language it speaks by default."""

from collections.abc import Mapping
from typing import Final

from madoguchi.ports.storage import Catalogue

DEFAULT_LANGUAGE: Final = "ja"
DEFAULT_NAME: Final = "Madoguchi"


class Tenant:
    """Reads tenant settings: `branding` has `name` and `names` per language, `calls` has `language`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def company(self, language: str) -> str:
        """Return the tenant's name as spoken in `language`."""
        branding = await self._catalogue.settings("branding")
        names = branding.get("names")
        name = names.get(language) if isinstance(names, Mapping) else None
        return str(name or branding.get("name") or DEFAULT_NAME)

    async def language(self) -> str:
        """Return the language in which a caller is greeted."""
        settings = await self._catalogue.settings("calls")
        return str(settings.get("language") or DEFAULT_LANGUAGE)
