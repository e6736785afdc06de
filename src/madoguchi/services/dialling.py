"""What people type to call somebody, and what is dialled: E.164, or an extension of our own."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.ports.storage import Catalogue

SCOPE: Final = "outbound"
"""The tenant settings: `country`, `caller`, `blocked` (prefixes in E.164)."""
COUNTRY: Final = "JP"
_EXTENSION: Final = re.compile(r"[0-9]{2,6}")
_LONGEST: Final = 40


class BadPhoneNumberError(MadoguchiError):
    """This is no phone number."""

    kind = Kind.INVALID
    code = "bad_phone_number"


class NumberBlockedError(MadoguchiError):
    """This number may not be called from here."""

    kind = Kind.FORBIDDEN
    code = "number_blocked"


@dataclass(frozen=True)
class Dialled:
    """A number that may be called."""

    address: str
    """E.164 for the trunk, or `sip:<extension>`."""
    shown: str
    """As people of the country write it."""
    e164: str | None
    """None for an extension."""


@dataclass(frozen=True)
class DialRules:
    """What the tenant has said about calling out."""

    country: str = COUNTRY
    caller: str = ""
    """The number that is shown; empty for the trunk's own."""
    blocked: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "DialRules":
        """Read the tenant settings of `SCOPE`."""
        blocked = settings.get("blocked")
        return cls(
            country=str(settings.get("country") or COUNTRY),
            caller=str(settings.get("caller") or ""),
            blocked=tuple(str(one) for one in blocked) if isinstance(blocked, list) else (),
        )


def read_number(text: str, rules: DialRules) -> Dialled:
    """Return what is to be dialled for `text`.

    Two to six digits are an extension. Everything else must be a valid number, as people of the country write it or
    with `+`. Emergency numbers are refused, as a trunk of ours would send the helpers to the wrong place, and so are
    numbers at a premium rate.

    Raises:
        BadPhoneNumberError: nobody can have this number.
        NumberBlockedError: it may not be called.
    """
    typed = unicodedata.normalize("NFKC", text).strip()[:_LONGEST]
    if _EXTENSION.fullmatch(typed):
        if phonenumbers.is_emergency_number(typed, rules.country):
            raise NumberBlockedError("emergency numbers are not called from here", field="number")
        return Dialled(f"sip:{typed}", typed, None)
    try:
        number = phonenumbers.parse(typed, rules.country)
    except phonenumbers.NumberParseException as error:
        raise BadPhoneNumberError("this is no phone number", field="number") from error
    if not phonenumbers.is_valid_number(number):
        raise BadPhoneNumberError("nobody can have this number", field="number")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.number_type(number) is PhoneNumberType.PREMIUM_RATE or e164.startswith(rules.blocked or ("-",)):
        raise NumberBlockedError("this number may not be called", field="number")
    home = phonenumbers.country_code_for_region(rules.country) == number.country_code
    shown = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return Dialled(e164, phonenumbers.format_number(number, shown), e164)


class DiallingService:
    """Checks who may call whom."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def rules(self) -> DialRules:
        """Return the tenant's rules."""
        return DialRules.of(await self._catalogue.settings(SCOPE))

    async def number(self, actor: Principal, text: str) -> tuple[Dialled, DialRules]:
        """Return what `actor` may dial for `text`.

        Raises:
            NotAllowedError: he may not call out.
            BadPhoneNumberError: nobody can have this number.
            NumberBlockedError: it may not be called.
        """
        actor.require(Permission.OUTBOUND)
        rules = await self.rules()
        return read_number(text, rules), rules
