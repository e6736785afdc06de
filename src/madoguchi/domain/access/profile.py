"""What a user's record may contain."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from madoguchi.domain.access.users import User
from madoguchi.domain.routing.settings import LEVELS
from madoguchi.kernel.errors import InvalidInputError

MAX_NAME: Final = 60
MAX_EMAIL: Final = 254
MAX_NUMBER: Final = 32
MAX_LOCATION: Final = 100
MAX_LANGUAGES: Final = 10
MAX_SKILL: Final = 40
MAX_SKILLS: Final = 30
MAX_DIRECT_NUMBERS: Final = 5
CHAT_LIMITS: Final = range(51)

_EMAIL: Final = re.compile(r"[^@\s,;<>\"']+@[^@\s,;<>\"'.]+(\.[^@\s,;<>\"'.]+)+")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_NUMBER: Final = re.compile(r"[A-Za-z0-9._-]+")
_HAN_AND_KANA: Final = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")


def full_name(first: str, last: str) -> str:
    """Return a person's name in the order of its script: family name first in Japanese."""
    parts = (last, first) if _HAN_AND_KANA.search(first + last) else (first, last)
    return " ".join(part for part in parts if part)


def search_key(user: User) -> str:
    """Return what a search looks through: everything that a user is known by, width and case made the same."""
    numbers = (user.agent_number or "", user.phone or "", *user.direct_numbers)
    parts = (user.name, user.email, *numbers, user.location, *user.skills)
    return folded(" ".join(parts))


def folded(text: str) -> str:
    """Return `text` without differences of width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def checked(user: User) -> User:
    """Return `user` as it is stored. Phone numbers are E.164 already.

    Raises:
        InvalidInputError: something is missing or not possible; the field and the reason say what.
    """
    first, last = _line(user.first_name), _line(user.last_name)
    for field, value in (("first_name", first), ("last_name", last)):
        if len(value) > MAX_NAME:
            raise InvalidInputError(f"at most {MAX_NAME} characters", field=field, reason="length")
    if not first and not last:
        raise InvalidInputError("a user needs a name", field="last_name", reason="missing")
    email = unicodedata.normalize("NFC", user.email.strip())
    if len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidInputError("this is no e-mail address", field="email", reason="email")
    number = (user.agent_number or "").strip() or None
    if number is not None and (len(number) > MAX_NUMBER or not _NUMBER.fullmatch(number)):
        raise InvalidInputError("letters, digits, dot and hyphen", field="agent_number", reason="agent_number")
    location = _line(user.location)
    if len(location) > MAX_LOCATION:
        raise InvalidInputError(f"at most {MAX_LOCATION} characters", field="location", reason="length")
    languages = tuple(dict.fromkeys(user.languages))
    if not languages or len(languages) > MAX_LANGUAGES or not all(_LANGUAGE.fullmatch(one) for one in languages):
        raise InvalidInputError("two letters each, such as ja", field="languages", reason="languages")
    if len(user.direct_numbers) > MAX_DIRECT_NUMBERS:
        raise InvalidInputError(f"at most {MAX_DIRECT_NUMBERS}", field="direct_numbers", reason="direct_numbers")
    if user.chat_limit not in CHAT_LIMITS:
        raise InvalidInputError(f"0 to {CHAT_LIMITS[-1]}", field="chat_limit", reason="range")
    return replace(
        user,
        name=full_name(first, last),
        first_name=first,
        last_name=last,
        email=email,
        agent_number=number,
        location=location,
        languages=languages,
        skills=_skills(user.skills),
    )


def _skills(given: Mapping[str, int]) -> Mapping[str, int]:
    skills = {_line(name): level for name, level in given.items()}
    if "" in skills:
        raise InvalidInputError("name the skill", field="skills", reason="missing")
    if any(len(name) > MAX_SKILL for name in skills):
        raise InvalidInputError(f"at most {MAX_SKILL} characters", field="skills", reason="length")
    if len(skills) < len(given):
        raise InvalidInputError("each skill once", field="skills", reason="double_skill")
    if len(skills) > MAX_SKILLS or not all(level in LEVELS for level in skills.values()):
        message = f"at most {MAX_SKILLS} skills, each at a level from {LEVELS[0]} to {LEVELS[-1]}"
        raise InvalidInputError(message, field="skills", reason="skills")
    return skills


def _line(text: str) -> str:
    """Return `text` as one line without anything that cannot be seen."""
    shown = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return " ".join(unicodedata.normalize("NFC", shown).split())
