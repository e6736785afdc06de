"""Languages & messages: what consumers hear, in the organisation's own words or voice."""

from typing import Annotated

import anyio
from fastapi import APIRouter, Form, Header, Query, Response, UploadFile

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import ranged_response, received
from madoguchi.adapters.http.message_models import (
    ChangedOut,
    LanguageOut,
    LanguagesIn,
    LanguagesOut,
    MessageLanguage,
    MessageName,
    MessageOut,
    MessagesOut,
    MissingOut,
    PreviewIn,
    SaidOut,
    SoundOut,
    TextIn,
)
from madoguchi.adapters.http.models import Version
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.messages.languages import KNOWN, LanguageSettings
from madoguchi.domain.messages.own import OwnMessage, languages_of, way
from madoguchi.domain.messages.registry import LONGEST_TEXT, REGISTRY
from madoguchi.domain.messages.texts import TEXTS, Message
from madoguchi.kernel.time import stamp
from madoguchi.services.bundle import Services
from madoguchi.services.messages import MAX_BYTES, Overview

router = APIRouter(tags=["messages"])

Viewer = Annotated[Principal, needs(Permission.VIEW_MESSAGES)]
Editor = Annotated[Principal, needs(Permission.EDIT_MESSAGES)]


@router.get("/languages")
async def languages(actor: Viewer, services: InServices) -> LanguagesOut:
    """Tell which languages are live, and what is missing in them."""
    overview = await services.messages.overview(actor)
    return _languages(services.languages.settings, overview)


@router.put("/languages")
async def change_languages(body: LanguagesIn, actor: Editor, services: InServices) -> LanguagesOut:
    """Choose the live languages and the default. What is missing in them is told, and no reason to refuse."""
    settings = await services.languages.change(actor, body.version, body.default, body.live)
    return _languages(settings, await services.messages.overview(actor))


@router.get("/messages")
async def messages(actor: Viewer, services: InServices) -> MessagesOut:
    """List all messages in all languages, live or not."""
    overview = await services.messages.overview(actor)
    said = [
        _said(message.value, language, overview) for message in REGISTRY for language in languages_of(message, KNOWN)
    ]
    declared = [
        MessageOut(
            message=message.value,
            group=one.group.value,
            variables=[variable.value for variable in one.variables],
            required=[variable.value for variable in one.required],
            text=one.text,
            audio=one.audio,
            longest_s=one.longest_s,
        )
        for message, one in REGISTRY.items()
    ]
    return MessagesOut(messages=declared, said=said, longest_text=LONGEST_TEXT, max_bytes=MAX_BYTES)


@router.post("/messages/preview", response_class=Response)
async def preview(body: PreviewIn, actor: Viewer, services: InServices) -> Response:
    """Return what a caller would hear as a WAV file, sample values in place of variables."""
    path = await services.messages.preview(actor, body.message, body.language, body.text)
    return Response(await anyio.Path(path).read_bytes(), media_type="audio/wav")


@router.put("/messages/{language}/{message}")
async def set_text(
    language: MessageLanguage, message: MessageName, body: TextIn, actor: Editor, services: InServices
) -> ChangedOut:
    """Say an own text from the next time on."""
    changed = await services.messages.set_text(actor, message, language, body.version, body.text)
    return await _changed(changed, actor, services)


@router.delete("/messages/{language}/{message}")
async def reset(
    language: MessageLanguage,
    message: MessageName,
    version: Annotated[Version, Query()],
    actor: Editor,
    services: InServices,
) -> ChangedOut:
    """Go back to the built-in text or music; an uploaded file is deleted."""
    return await _changed(await services.messages.reset(actor, message, language, version), actor, services)


@router.post("/messages/{language}/{message}/sound")
async def upload(
    language: MessageLanguage,
    message: MessageName,
    file: UploadFile,
    version: Annotated[Version, Form()],
    actor: Editor,
    state: InState,
) -> ChangedOut:
    """Play an uploaded WAV or MP3 file from the next time on."""
    async with received(file, state.settings) as (name, path):
        changed = await state.services.messages.upload(actor, message, language, version, name, path)
    return await _changed(changed, actor, state.services)


@router.get("/messages/{language}/{message}/sound", response_class=Response)
async def sound(
    language: MessageLanguage,
    message: MessageName,
    actor: Viewer,
    state: InState,
    range: Annotated[str | None, Header()] = None,  # noqa: A002 - the header's name
) -> Response:
    """Return a recorded message as callers hear it, whole or in part."""
    found = await state.services.messages.recorded(actor, message, language)
    return await ranged_response(found.blob_key, f"{message}-{language}.wav", "audio/wav", state.blobs, range)


async def _changed(own: OwnMessage, actor: Principal, services: Services) -> ChangedOut:
    overview = await services.messages.overview(actor)
    return ChangedOut(said=_said(own.message, own.language, overview), missing=_missing(overview))


def _missing(overview: Overview) -> list[MissingOut]:
    return [MissingOut(language=one.language, message=one.message.value) for one in overview.missing]


def _languages(settings: LanguageSettings, overview: Overview) -> LanguagesOut:
    return LanguagesOut(
        version=settings.version,
        default=settings.default,
        languages=[
            LanguageOut(language=one, live=one in settings.live, built_in=one in TEXTS, voice=one in overview.voices)
            for one in KNOWN
        ],
        missing=_missing(overview),
        changed_by=settings.changed_by,
        changed_at=stamp(settings.changed_at) if settings.changed_at is not None else None,
    )


def _said(message: str, language: str, overview: Overview) -> SaidOut:
    own = overview.own.get((message, language)) or OwnMessage(message, language, 0)
    audio = own.audio
    return SaidOut(
        message=message,
        language=language,
        version=own.version,
        way=way(Message(message), language, own, overview.voices).value,
        text=own.text,
        built_in=TEXTS.get(language, {}).get(Message(message), ""),
        sound=SoundOut(name=audio.name, span_s=audio.span_s, size=audio.size) if audio is not None else None,
        changed_by=own.changed_by,
        changed_at=stamp(own.changed_at) if own.changed_at is not None else None,
    )
