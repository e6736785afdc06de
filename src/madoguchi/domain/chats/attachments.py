"""Files that go with chats. What counts is what they contain, never their name."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from madoguchi.kernel.ids import AttachmentId, InteractionId
from madoguchi.kernel.time import Instant


class MediaType(Enum):
    """What may be attached."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    MP4 = "video/mp4"


class Refusal(StrEnum):
    """Why a file was refused; pages say each in the reader's language."""

    WRONG_TYPE = "wrong_type"
    """Its name does not end like one of those that are accepted."""
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    DISGUISED = "disguised"
    """It contains something else than its name says."""
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    WRONG_FORMAT = "wrong_format"
    """A video with pictures or sounds that browsers do not play, or with none."""
    TOO_LONG = "too_long"
    TOO_COMPLEX = "too_complex"
    """Reading it takes more time or memory than we give."""


@dataclass(frozen=True)
class Attachment:
    """One checked file."""

    id: AttachmentId
    interaction: InteractionId
    name: str
    """The sender's file name, for display only."""
    media_type: MediaType
    size: int
    width: int
    height: int
    blob_key: str
    at: Instant
