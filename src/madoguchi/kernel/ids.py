"""The ids of everything that has one. All are text, `<prefix>_<26 characters>`, made by the IdSource port."""

from typing import Final, NewType

UserId = NewType("UserId", str)
ConsumerId = NewType("ConsumerId", str)
QueueId = NewType("QueueId", str)
InteractionId = NewType("InteractionId", str)
"""A call's or a chat's id; the prefix tells which."""
OfferId = NewType("OfferId", str)
HandlingId = NewType("HandlingId", str)
PartyId = NewType("PartyId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
PlaybackId = NewType("PlaybackId", str)
RecordingId = NewType("RecordingId", str)
AttachmentId = NewType("AttachmentId", str)
MonitoringId = NewType("MonitoringId", str)
ListeningId = NewType("ListeningId", str)
"""One user's stretch of listening to one interaction: a monitoring's id, or `viewing_01J…` of a chat that is viewed."""
ConsultId = NewType("ConsultId", str)
DispositionId = NewType("DispositionId", str)
ReplyId = NewType("ReplyId", str)
SessionId = NewType("SessionId", str)
RoleId = NewType("RoleId", str)
"""Default roles have a word of their own (`agent`, `manager_team`); others `role_01J…`."""
TeamId = NewType("TeamId", str)
StatusId = NewType("StatusId", str)
"""A status that the organisation made itself."""
CustomHoursId = NewType("CustomHoursId", str)
HolidayFolderId = NewType("HolidayFolderId", str)
SmsConnectionId = NewType("SmsConnectionId", str)
SmsNumberId = NewType("SmsNumberId", str)
SmsTextId = NewType("SmsTextId", str)
"""A text message, as it came or as it is sent; a long one is one."""

CALL: Final = "call"
CHAT: Final = "chat"


def prefix(value: str) -> str:
    """Return what kind of thing `value` names: `call` for `call_01J…`."""
    return value.partition("_")[0]
