"""Where an agent can send an interaction."""

from dataclasses import dataclass
from typing import TypeAlias

from madoguchi.kernel.ids import QueueId, UserId


@dataclass(frozen=True)
class ToQueue:
    """To whoever of a queue takes it."""

    queue: QueueId


@dataclass(frozen=True)
class ToAgent:
    """To one colleague; to the interaction's queue where he does not answer."""

    agent: UserId


@dataclass(frozen=True)
class ToNumber:
    """To a phone, as it was typed: a number or an extension."""

    number: str


TransferTarget: TypeAlias = ToQueue | ToAgent
