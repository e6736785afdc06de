"""Which languages are offered. Kept in memory: every call and chat asks, and they change rarely."""

from collections.abc import Sequence

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.messages.languages import FIRST_DEFAULT, FIRST_LIVE, LanguageSettings, checked
from madoguchi.ports.environment import Clock
from madoguchi.ports.messages import MessageStore
from madoguchi.ports.storage import StaleVersionError, require_present


class LanguageService:
    """Reads and changes the language settings."""

    def __init__(self, store: MessageStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._settings: LanguageSettings | None = None

    async def load(self) -> None:
        """Read the settings; to be called at the start."""
        self._settings = await self._store.languages()

    @property
    def chosen(self) -> LanguageSettings | None:
        """The settings; None as long as nobody has changed them."""
        return self._settings

    @property
    def settings(self) -> LanguageSettings:
        """The settings that hold."""
        return self._settings or LanguageSettings(FIRST_DEFAULT, FIRST_LIVE)

    def live(self) -> Sequence[str]:
        """Return what consumers may choose from."""
        return self.settings.live

    def offered(self, wanted: str) -> str:
        """Return `wanted` where it is live, else the default."""
        return self.settings.offered(wanted)

    async def change(self, actor: Principal, version: int, default: str, live: Sequence[str]) -> LanguageSettings:
        """Make exactly the languages `live` live; new calls and chats are offered no others.

        Raises:
            StaleVersionError: somebody else has changed them since `version`.
            InvalidInputError: a language is not known, or the default is not live.
        """
        actor.require(Permission.EDIT_MESSAGES)
        seen = Seen(Subject.LANGUAGES, "languages", version)
        require_present(self.settings.version, seen)
        chosen, ordered = checked(default, live)
        changed = LanguageSettings(chosen, ordered, version + 1, actor.user.id, self._clock.now())
        try:
            await self._store.save_languages(changed)
        except StaleVersionError as error:
            await self.load()
            raise StaleVersionError(error.detail, field="version", seen=seen) from error
        self._settings = changed
        return changed
