"""After-hours deflection once more, as the handbook tells it and as slowly as can be: the judge of the real one.

Nothing of `domain/deflection` is used. A queue is a path of names, `("orders", "returns")`; settings are plain dicts.

The handbook says: consumers are deflected by the hours of the queue that they chose, where deflection is switched on
for calls or for chats. On the phone it is another queue, a number, voicemail or a message; on web pages a scheduled
call or e-mail; in apps also a number or voicemail. Each queue of the phone, app and SMS menus, not of the web, can have
its own; in an app that may be another queue. Chats are deflected to e-mail. SMS has a text per queue. And of levels:
while any queue below is open, or has its own, the options are offered and a closed one that is chosen follows its own,
else what holds for all; else the level's own counts, whether the level's own hours are over or not.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

Path = tuple[str, ...]

IN_GENERAL = {
    ("ivr", "call"): ["queue", "phone_number", "voicemail", "message"],
    ("mobile", "call"): ["scheduled_call", "email", "phone_number", "voicemail"],
    ("web", "call"): ["scheduled_call", "email"],
    ("mobile", "chat"): ["email"],
    ("web", "chat"): ["email"],
}
PER_QUEUE = {
    "ivr": ["queue", "phone_number", "voicemail", "message"],
    "mobile": ["queue", "scheduled_call", "email", "phone_number", "voicemail"],
    "sms": ["message"],
}


@dataclass(frozen=True)
class Centre:
    """What a naive person must know."""

    menu: str
    queues: AbstractSet[Path]
    """Only those with agents; levels are the beginnings of their paths."""
    closed: AbstractSet[Path]
    on: bool
    common: AbstractSet[str]
    own: Mapping[Path, AbstractSet[str]]
    """Only what is switched on."""


def becomes(centre: Centre, place: Path, service: str) -> tuple[str, list[str]]:
    """Return whose deflection counts (`nobody`, `own` or `all`), and the options in their order."""
    below = [one for one in centre.queues if one[: len(place)] == place]
    if any(one not in centre.closed for one in below):
        return "nobody", []
    if not centre.on and centre.menu != "sms":
        return "nobody", []
    if place not in centre.queues:
        for one in centre.own:
            if len(one) > len(place) and one[: len(place)] == place and _own(centre, one):
                return "nobody", []
    if _own(centre, place):
        return "own", _own(centre, place)
    general = [one for one in IN_GENERAL.get((centre.menu, service), []) if one in centre.common]
    return ("all", general) if general else ("nobody", [])


def _own(centre: Centre, place: Path) -> list[str]:
    possible = PER_QUEUE.get(centre.menu, [])
    return [one for one in possible if one in centre.own.get(place, ())]
