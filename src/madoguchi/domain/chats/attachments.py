"""Files that go with chats. What counts is what they contain, never their name."""

from dataclasses import dataclass
from enum import Enum

from madoguchi.kernel.ids import AttachmentId, InteractionId
from madoguchi.kernel.time import Instant


class MediaType(Enum):
    """What may be attached."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    MP4 = "video/mp4"


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
