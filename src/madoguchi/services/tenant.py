"""What the tenant is called and which language it speaks by default."""

from collections.abc import Mapping
from typing import Final

from madoguchi.ports.storage import Catalogue
from madoguchi.services.languages import LanguageService

DEFAULT_LANGUAGE: Final = "ja"
DEFAULT_NAME: Final = "Madoguchi"


class Tenant:
    """Reads tenant settings: `branding` has `name` and `names` per language.

    `calls` has `language`, which counts until somebody has chosen the languages.
    """

    def __init__(self, catalogue: Catalogue, languages: LanguageService) -> None:
        self._catalogue = catalogue
        self._languages = languages

    async def company(self, language: str) -> str:
        """Return the tenant's name as spoken in `language`."""
        branding = await self._catalogue.settings("branding")
        names = branding.get("names")
        name = names.get(language) if isinstance(names, Mapping) else None
        return str(name or branding.get("name") or DEFAULT_NAME)

    async def language(self) -> str:
        """Return the language in which a caller is greeted."""
        if self._languages.chosen is not None:
            return self._languages.chosen.default
        settings = await self._catalogue.settings("calls")
        return str(settings.get("language") or DEFAULT_LANGUAGE)

    def offered(self, wanted: str) -> str:
        """Return the language for a consumer who wants `wanted`: the default where that is not live."""
        return self._languages.offered(wanted)
