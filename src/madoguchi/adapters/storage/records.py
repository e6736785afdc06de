"""Catalogue records to rows and back."""

from typing import Any, TypeAlias

import sqlalchemy as sa

from madoguchi.domain.access.profile import folded, search_key
from madoguchi.domain.access.users import Session, User
from madoguchi.domain.chats.attachments import Attachment, MediaType
from madoguchi.domain.consumers.consumer import Consumer, ConsumerSession
from madoguchi.domain.recording import Recording, RecordingState
from madoguchi.kernel.ids import (
    AttachmentId,
    ConsumerId,
    InteractionId,
    RecordingId,
    RoleId,
    SessionId,
    UserId,
)

Values: TypeAlias = dict[str, Any]
Row: TypeAlias = "sa.Row[Any]"


def user_values(user: User) -> Values:
    """Return the columns of `users`, password and version left out: the first is another's, the second is counted."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "email_key": user.email.casefold(),
        "roles": sorted(user.roles),
        "languages": user.languages,
        "chat_limit": user.chat_limit,
        "active": user.active,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "agent_number": user.agent_number,
        "location": user.location,
        "avatar": user.avatar,
        "search_key": search_key(user),
        "sort_key": folded(user.name),
        "skills": dict(user.skills),
        "direct_numbers": dict(user.direct_numbers),
    }


def to_user(row: Row) -> User:
    """Read a row of `users`."""
    return User(
        id=UserId(row.id),
        name=row.name,
        email=row.email,
        roles=frozenset(RoleId(role) for role in row.roles),
        languages=tuple(row.languages),
        chat_limit=row.chat_limit,
        active=row.active,
        first_name=row.first_name,
        last_name=row.last_name,
        phone=row.phone,
        agent_number=row.agent_number,
        location=row.location,
        avatar=row.avatar,
        skills=row.skills,
        direct_numbers=row.direct_numbers,
        version=row.version,
    )


def session_values(session: Session) -> Values:
    """Return the columns of `sessions`."""
    return {
        "token_hash": session.token_hash,
        "id": session.id,
        "user_id": session.user,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }


def to_session(row: Row) -> Session:
    """Read a row of `sessions`."""
    return Session(SessionId(row.id), row.token_hash, UserId(row.user_id), row.created_at, row.expires_at)


def consumer_values(consumer: Consumer) -> Values:
    """Return the columns of `consumers`."""
    return {
        "id": consumer.id,
        "name": consumer.name,
        "phone": consumer.phone,
        "created_at": consumer.created_at,
        "anonymous": consumer.anonymous,
    }


def to_consumer(row: Row) -> Consumer:
    """Read a row of `consumers`."""
    return Consumer(ConsumerId(row.id), row.name, row.phone, row.created_at, row.anonymous)


def consumer_session_values(session: ConsumerSession) -> Values:
    """Return the columns of `consumer_sessions`."""
    return {
        "token_hash": session.token_hash,
        "id": session.id,
        "consumer_id": session.consumer,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }


def to_consumer_session(row: Row) -> ConsumerSession:
    """Read a row of `consumer_sessions`."""
    return ConsumerSession(
        SessionId(row.id), row.token_hash, ConsumerId(row.consumer_id), row.created_at, row.expires_at
    )


def recording_values(recording: Recording) -> Values:
    """Return the columns of `recordings`."""
    return {
        "id": recording.id,
        "interaction": recording.interaction,
        "state": recording.state.value,
        "started_at": recording.started_at,
        "wav": recording.wav,
        "blob_key": recording.blob_key,
        "span_s": recording.span_s,
        "size": recording.size,
        "detail": recording.detail,
    }


def to_recording(row: Row) -> Recording:
    """Read a row of `recordings`."""
    return Recording(
        id=RecordingId(row.id),
        interaction=InteractionId(row.interaction),
        state=RecordingState(row.state),
        started_at=row.started_at,
        wav=row.wav,
        blob_key=row.blob_key,
        span_s=row.span_s,
        size=row.size,
        detail=row.detail,
    )


def attachment_values(attachment: Attachment) -> Values:
    """Return the columns of `attachments`."""
    return {
        "id": attachment.id,
        "interaction": attachment.interaction,
        "name": attachment.name,
        "media_type": attachment.media_type.value,
        "size": attachment.size,
        "width": attachment.width,
        "height": attachment.height,
        "blob_key": attachment.blob_key,
        "at": attachment.at,
    }


def to_attachment(row: Row) -> Attachment:
    """Read a row of `attachments`."""
    return Attachment(
        id=AttachmentId(row.id),
        interaction=InteractionId(row.interaction),
        name=row.name,
        media_type=MediaType(row.media_type),
        size=row.size,
        width=row.width,
        height=row.height,
        blob_key=row.blob_key,
        at=row.at,
    )
