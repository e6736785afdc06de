"""Dispositions and canned replies: chosen by agents, set up by those who may."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.models import Id, In, Line, Out, Prose, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.ids import DispositionId, HandlingId, QueueId, ReplyId

router = APIRouter(tags=["desk"])

Anybody = Annotated[Principal, needs()]
Editor = Annotated[Principal, needs(Permission.EDIT_DISPOSITIONS)]


class NamesIn(In):
    """A name in both languages."""

    en: Line
    ja: Line


class DispositionIn(In):
    """A disposition."""

    names: NamesIn
    parent: Id | None = None
    queues: Annotated[list[Id], Field(max_length=200, default_factory=list)]
    notes_required: bool = False
    position: Annotated[int, Field(ge=0, le=100_000)] = 0

    def record(self, disposition: str, version: int = 0) -> Disposition:
        """Return it as a record."""
        return Disposition(
            DispositionId(disposition),
            {"en": self.names.en.strip(), "ja": self.names.ja.strip()},
            DispositionId(self.parent) if self.parent is not None else None,
            tuple(QueueId(queue) for queue in self.queues),
            self.notes_required,
            self.position,
            version,
        )


class DispositionChangeIn(DispositionIn):
    """A disposition as it is to be."""

    version: Version


class OrderIn(In):
    """All dispositions in their order."""

    dispositions: Annotated[list[Id], Field(max_length=2_000)]


class DispositionOut(Out):
    """A disposition."""

    id: str
    version: int
    names: dict[str, str]
    parent: str | None
    queues: list[str]
    notes_required: bool
    position: int


class DispositionsOut(Out):
    """All of them."""

    dispositions: list[DispositionOut]
    required: bool


class MadeOut(Out):
    """What was made."""

    id: str


class WrapUpRulesIn(In):
    """Whether a disposition must be chosen."""

    required: bool


class DraftIn(In):
    """What an agent has written so far."""

    disposition: Line = ""
    notes: Prose = ""


class ReplyIn(In):
    """A canned reply."""

    shortcut: Line
    texts: dict[Literal["en", "ja"], Prose]
    scope: Literal["global", "queue", "own"] = "own"
    queue: Id | None = None

    def record(self, reply: str, version: int = 0) -> CannedReply:
        """Return it as a record."""
        texts = {str(language): text.strip() for language, text in self.texts.items() if text.strip()}
        queue = QueueId(self.queue) if self.queue is not None else None
        shortcut = self.shortcut.strip()
        return CannedReply(ReplyId(reply), shortcut, texts, ReplyScope(self.scope), queue, version=version)


class ReplyChangeIn(ReplyIn):
    """A canned reply as it is to be."""

    version: Version


class ReplyOut(Out):
    """A canned reply."""

    id: str
    version: int
    shortcut: str
    texts: dict[str, str]
    scope: str
    queue: str | None


class RepliesOut(Out):
    """Those that the caller can use."""

    replies: list[ReplyOut]


@router.put("/handlings/{handling}/draft", status_code=204)
async def draft(
    handling: Id, body: DraftIn, actor: Annotated[Principal, needs(Permission.DESK)], services: InServices
) -> None:
    """Keep what the agent has written so far."""
    await services.handlings.draft(actor, HandlingId(handling), body.disposition, body.notes)


@router.get("/dispositions")
async def dispositions(actor: Anybody, services: InServices) -> DispositionsOut:
    """List all dispositions, by position."""
    return DispositionsOut.model_validate(await services.dispositions.all(actor))


@router.post("/dispositions")
async def add_disposition(body: DispositionIn, actor: Editor, services: InServices) -> MadeOut:
    """Make a disposition, the last of all."""
    return MadeOut(id=await services.dispositions.add(actor, body.record("")))


@router.put("/dispositions/order", status_code=204)
async def order_dispositions(body: OrderIn, actor: Editor, services: InServices) -> None:
    """Put all dispositions into an order."""
    await services.dispositions.order(actor, [DispositionId(one) for one in body.dispositions])


@router.put("/dispositions/{disposition}", status_code=204)
async def save_disposition(disposition: Id, body: DispositionChangeIn, actor: Editor, services: InServices) -> None:
    """Replace a disposition."""
    await services.dispositions.save(actor, body.record(disposition, body.version))


@router.delete("/dispositions/{disposition}", status_code=204)
async def remove_disposition(disposition: Id, actor: Editor, services: InServices) -> None:
    """Remove a disposition."""
    await services.dispositions.remove(actor, DispositionId(disposition))


@router.put("/settings/wrap-up", status_code=204)
async def set_wrap_up_rules(body: WrapUpRulesIn, actor: Editor, services: InServices) -> None:
    """Say whether a disposition must be chosen."""
    await services.dispositions.set_required(actor, required=body.required)


@router.get("/replies")
async def replies(actor: Anybody, services: InServices) -> RepliesOut:
    """List the canned replies that the caller can use or set up."""
    return RepliesOut(replies=[ReplyOut.model_validate(row) for row in await services.replies.visible(actor)])


@router.post("/replies")
async def add_reply(body: ReplyIn, actor: Anybody, services: InServices) -> MadeOut:
    """Make a canned reply."""
    return MadeOut(id=await services.replies.add(actor, body.record("")))


@router.put("/replies/{reply}", status_code=204)
async def save_reply(reply: Id, body: ReplyChangeIn, actor: Anybody, services: InServices) -> None:
    """Replace a canned reply."""
    await services.replies.save(actor, body.record(reply, body.version))


@router.delete("/replies/{reply}", status_code=204)
async def remove_reply(reply: Id, actor: Anybody, services: InServices) -> None:
    """Remove a canned reply."""
    await services.replies.remove(actor, ReplyId(reply))
