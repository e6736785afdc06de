"""Settings > Queues: the menu trees, their settings, and who is assigned."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, model_validator

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Language, Out, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.queues.nodes import ANY_LANGUAGE, Assignment
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Direction
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.services.queue_settings import Contents

router = APIRouter(prefix="/settings/queues", tags=["queue settings"])

Viewer = Annotated[Principal, needs(Permission.VIEW_QUEUE_SETTINGS)]
Editor = Annotated[Principal, needs(Permission.EDIT_QUEUE_SETTINGS)]


def _without_nul(names: dict[str, str]) -> dict[str, str]:
    if any("\0" in text for pair in names.items() for text in pair):
        raise ValueError("must not contain a zero character")
    return names


Names = Annotated[dict[str, Annotated[str, Field(max_length=200)]], Field(max_length=50), AfterValidator(_without_nul)]
Settings = Annotated[dict[str, dict[str, Any]], Field(max_length=100)]


class AddQueueIn(In):
    """A new level or queue."""

    channel: MenuChannel
    parent: Id | None = None
    names: Names


class AddedOut(Out):
    """What was made: the tops of it."""

    queues: list[str]


class AssignmentIn(In):
    """Who serves a queue, in one language, or (without) in all."""

    language: Language | None = None
    users: Annotated[list[Id], Field(max_length=10_000, default_factory=list)]
    teams: Annotated[list[Id], Field(max_length=1_000, default_factory=list)]


class EditQueueIn(In):
    """What is in a level or queue from now on. A setting that is null or missing is inherited."""

    version: Version
    names: Names
    hidden: bool = False
    settings: Settings = Field(default_factory=dict)
    assignments: Annotated[list[AssignmentIn], Field(max_length=50, default_factory=list)]


class EditGlobalIn(In):
    """The global settings from now on. A setting that is null or missing has its usual value."""

    version: Version
    settings: Settings


class MoveIn(In):
    """Where it goes: among its siblings, or to the end of another level (`into` null: the top level)."""

    direction: Direction | None = None
    into: Id | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "MoveIn":
        if (self.direction is None) == ("into" not in self.model_fields_set):
            raise ValueError("name either a direction or a level")
        return self


class CopyIn(In):
    """What is copied: a queue with all below it, or a channel's whole tree; and where to."""

    queue: Id | None = None
    tree: MenuChannel | None = None
    channel: MenuChannel
    parent: Id | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "CopyIn":
        if (self.queue is None) == (self.tree is None):
            raise ValueError("name either a queue or a tree")
        return self


class QueueRowOut(Out):
    """A level or queue in its tree, or (`kind` global) what all have in common."""

    id: str
    kind: str
    version: int
    own: int
    """How many settings it sets itself."""
    channel: str | None = None
    parent: str | None = None
    position: int | None = None
    key: int | None = None
    """In the phone menu."""
    names: dict[str, str] = Field(default_factory=dict)
    leaf: bool = False
    hidden: bool = False
    staffed: bool = False
    """Consumers can choose it."""
    agents: int = 0
    teams: int = 0


class SettingOut(Out):
    """One field of a section."""

    name: str
    kind: str
    choices: list[str]
    least: float | None
    most: float | None
    unit: str
    members: "list[SettingOut]"
    """Of the records in a list."""


class SectionOut(Out):
    """Settings that belong together."""

    name: str
    fields: list[SettingOut]


class AssignableAgent(Out):
    """An agent who can be assigned."""

    id: str
    name: str
    languages: list[str]


class AssignableTeam(Out):
    """A team that can be assigned."""

    id: str
    name: str


class QueueTreesOut(Out):
    """All trees, and what is needed to edit them."""

    rows: list[QueueRowOut]
    sections: list[SectionOut]
    agents: list[AssignableAgent]
    teams: list[AssignableTeam]
    skills: list[str]
    """Those that there are: that a user has or a queue asks for."""


class ValueOut(Out):
    """A setting in effect."""

    value: Any
    source: str
    """The id of the node that sets it, or `global`."""
    own: bool
    inherited: Any
    """What it would be if it were not set here."""
    inherited_from: str


class AssignmentOut(Out):
    """Who serves a queue; an empty language means all."""

    language: str
    users: list[str]
    teams: list[str]


class PathOut(Out):
    """A step of a menu path."""

    id: str
    names: dict[str, str]


class QueueDetailsOut(QueueRowOut):
    """A level or queue with everything that is in it."""

    names: dict[str, str]
    """Only those that were given."""
    path: list[PathOut]
    assignments: list[AssignmentOut]
    settings: dict[str, dict[str, ValueOut]]


class GlobalOut(Out):
    """The global settings."""

    version: int
    settings: dict[str, dict[str, ValueOut]]


@router.get("")
async def trees(actor: Viewer, services: InServices) -> QueueTreesOut:
    """Return all menu trees."""
    overview = dict(await services.queue_settings.overview(actor))
    return QueueTreesOut.model_validate(overview | {"skills": await services.users.skills()})


@router.post("", status_code=201)
async def add(body: AddQueueIn, actor: Editor, services: InServices) -> AddedOut:
    """Add a level or queue at the end of a level."""
    parent = QueueId(body.parent) if body.parent is not None else None
    return AddedOut(queues=[await services.queue_settings.add(actor, body.channel, parent, body.names)])


@router.post("/copies", status_code=201)
async def copy(body: CopyIn, actor: Editor, services: InServices) -> AddedOut:
    """Copy a queue with all below it, or a whole tree, with settings and assignments."""
    source = QueueId(body.queue) if body.queue is not None else body.tree
    assert source is not None  # noqa: S101 - checked by the model
    parent = QueueId(body.parent) if body.parent is not None else None
    return AddedOut(queues=list(await services.queue_settings.copy(actor, source, body.channel, parent)))


@router.get("/global")
async def common(actor: Viewer, services: InServices) -> GlobalOut:
    """Return what takes effect where neither a queue nor its parents say otherwise."""
    return GlobalOut.model_validate(await services.queue_settings.common(actor))


@router.put("/global")
async def edit_common(body: EditGlobalIn, actor: Editor, services: InServices) -> GlobalOut:
    """Replace the global settings."""
    edited = await services.queue_settings.edit_common(actor, body.version, body.settings)
    return GlobalOut.model_validate(edited)


@router.get("/{queue}")
async def details(queue: Id, actor: Viewer, services: InServices) -> QueueDetailsOut:
    """Return a level or queue, with where each of its settings comes from."""
    return QueueDetailsOut.model_validate(await services.queue_settings.details(actor, QueueId(queue)))


@router.put("/{queue}")
async def edit(queue: Id, body: EditQueueIn, actor: Editor, services: InServices) -> QueueDetailsOut:
    """Replace what is in a level or queue. It counts for whoever comes next; those who wait stay."""
    contents = Contents(
        body.names,
        body.hidden,
        body.settings,
        [
            Assignment(one.language or ANY_LANGUAGE, tuple(UserId(user) for user in one.users), tuple(one.teams))
            for one in body.assignments
        ],
    )
    edited = await services.queue_settings.edit(actor, QueueId(queue), body.version, contents)
    return QueueDetailsOut.model_validate(edited)


@router.post("/{queue}/move", status_code=204)
async def move(queue: Id, body: MoveIn, actor: Editor, services: InServices) -> None:
    """Move a level or queue up or down, or into another level with all below it."""
    if body.direction is not None:
        await services.queue_settings.move(actor, QueueId(queue), body.direction)
    else:
        into = QueueId(body.into) if body.into is not None else None
        await services.queue_settings.move_into(actor, QueueId(queue), into)


@router.delete("/{queue}", status_code=204)
async def delete(queue: Id, actor: Editor, services: InServices, confirmed: Annotated[bool, Query()] = False) -> None:  # noqa: FBT002 - a query parameter
    """Delete a level or queue with all below it. Where it is in use, only `confirmed`; who waits is served."""
    await services.queue_settings.delete(actor, QueueId(queue), confirmed=confirmed)
