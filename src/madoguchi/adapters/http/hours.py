"""Support center details: who we are, when we are open, and why we are closed."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.hours_answers import (
    ChangeOut,
    ChangesOut,
    CountriesOut,
    ExplanationOut,
    NationalDaysOut,
    SavedOut,
    WeekOut,
)
from madoguchi.adapters.http.hours_models import (
    CenterIn,
    CenterOut,
    CustomIn,
    CustomOut,
    CustomsOut,
    FolderIn,
    FolderOut,
    FoldersOut,
)
from madoguchi.adapters.http.models import Id, Language, Version, Whole
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.hours.custom import Asked
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import CustomHoursId, HolidayFolderId, QueueId
from madoguchi.kernel.time import Instant

router = APIRouter(tags=["hours"])

Viewer = Annotated[Principal, needs(Permission.VIEW_SUPPORT_CENTER)]
Editor = Annotated[Principal, needs(Permission.EDIT_SUPPORT_CENTER)]
SeenVersion = Annotated[Version, Query(description="The version that was seen.")]
Country = Annotated[str, Query(pattern=r"^[A-Z]{2}$", examples=["JP"])]


def _asked(
    channel: Literal["call", "chat"], language: Language, queue: Annotated[str | None, Query(max_length=64)] = None
) -> Asked:
    """Read where a consumer is; without a queue, what counts for queues without hours of their own."""
    return Asked(QueueId(queue) if queue else None, Channel(channel), language)


InAsked = Annotated[Asked, Depends(_asked)]


@router.get("/support-center")
async def center(actor: Viewer, services: InServices) -> CenterOut:
    """Return the details and the general hours."""
    return CenterOut.of(await services.hours.details(actor))


@router.put("/support-center")
async def save_center(body: CenterIn, actor: Editor, services: InServices) -> CenterOut:
    """Replace the details and the general hours."""
    await services.hours.save_center(actor, body.read(), body.version)
    return CenterOut.of(await services.hours.details(actor))


@router.get("/hours/custom")
async def custom(actor: Viewer, services: InServices) -> CustomsOut:
    """List custom hours, and whether they are open now."""
    return CustomsOut(custom=[CustomOut.of(*one) for one in await services.hours.custom(actor)])


@router.post("/hours/custom", status_code=201)
async def add_custom(body: CustomIn, actor: Editor, services: InServices) -> SavedOut:
    """Add custom hours."""
    return SavedOut(id=await services.hours.save_custom(actor, body.read(""), 0))


@router.put("/hours/custom/{hours}")
async def save_custom(hours: Id, body: CustomIn, actor: Editor, services: InServices) -> SavedOut:
    """Replace custom hours."""
    return SavedOut(id=await services.hours.save_custom(actor, body.read(hours), body.version))


@router.delete("/hours/custom/{hours}", status_code=204)
async def delete_custom(hours: Id, version: SeenVersion, actor: Editor, services: InServices) -> None:
    """Delete custom hours."""
    await services.hours.delete(actor, CustomHoursId(hours), version)


@router.get("/hours/holidays")
async def folders(actor: Viewer, services: InServices) -> FoldersOut:
    """List holiday folders."""
    return FoldersOut(folders=[FolderOut.of(one) for one in await services.hours.folders(actor)])


@router.post("/hours/holidays", status_code=201)
async def add_folder(body: FolderIn, actor: Editor, services: InServices) -> SavedOut:
    """Add a holiday folder."""
    return SavedOut(id=await services.hours.save_folder(actor, body.read(""), 0))


@router.put("/hours/holidays/{folder}")
async def save_folder(folder: Id, body: FolderIn, actor: Editor, services: InServices) -> SavedOut:
    """Replace a holiday folder."""
    return SavedOut(id=await services.hours.save_folder(actor, body.read(folder), body.version))


@router.delete("/hours/holidays/{folder}", status_code=204)
async def delete_folder(folder: Id, version: SeenVersion, actor: Editor, services: InServices) -> None:
    """Delete a holiday folder."""
    await services.hours.delete(actor, HolidayFolderId(folder), version)


@router.get("/hours/national")
async def countries(actor: Viewer, services: InServices) -> CountriesOut:
    """List the countries whose holidays can be imported."""
    return CountriesOut(countries=list(await services.hours.countries(actor)))


@router.get("/hours/national/preview")
async def national(
    country: Country,
    year: Annotated[list[Whole], Query(min_length=1, max_length=20)],
    actor: Viewer,
    services: InServices,
) -> NationalDaysOut:
    """Show a country's holidays of some years, before anything is added."""
    return NationalDaysOut.of(list(await services.hours.importable(actor, country, year)))


@router.get("/hours/explain")
async def explain(
    asked: InAsked, actor: Viewer, services: InServices, at: Annotated[str | None, Query(max_length=40)] = None
) -> ExplanationOut:
    """Say whether it is open for a queue, channel and language, now or at a time, and why.

    A time without its offset from UTC is one of the clock of the hours that count.
    """
    return ExplanationOut.of(await services.hours.explain(actor, asked, _time(at)))


@router.get("/hours/week")
async def week(asked: InAsked, actor: Viewer, services: InServices, day: date | None = None) -> WeekOut:
    """Return the week of a day, or this one, hour by hour."""
    return WeekOut.of(await services.hours.week(actor, asked, day))


@router.get("/hours/changes")
async def changes(
    actor: Viewer,
    services: InServices,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str | None, Query(max_length=40)] = None,
) -> ChangesOut:
    """List who changed what, the newest first."""
    found = await services.hours.changes(actor, limit, _instant(before, "before"))
    return ChangesOut(changes=[ChangeOut.of(one) for one in found])


def _time(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("is no time, such as 2026-11-23T09:00:00+09:00", field="at") from None


def _instant(text: str | None, field: str) -> Instant | None:
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInputError("is no time with its offset from UTC, such as 2026-11-23T09:00:00+09:00", field=field)
