"""What a call needs of those around it: its owner, who is told, and the user agent, which carries."""

from typing import TYPE_CHECKING, Protocol

from madoguchi.adapters.voice.embedded.sip.exchange import Carrier
from madoguchi.adapters.voice.embedded.sip.message import Request
from madoguchi.adapters.voice.embedded.sip.timers import Timers, Timing
from madoguchi.adapters.voice.embedded.sip.transport import Flow
from madoguchi.ports.voice import ReleaseCause

if TYPE_CHECKING:
    from madoguchi.adapters.voice.embedded.sip.call import Call


class CallEvents(Protocol):
    """What a call tells its owner. After `ended` nothing more comes."""

    def rang(self) -> None:
        """The far end rings; told once."""

    def agreed(self) -> None:
        """The media session has new settings, or hold has changed."""

    def confirmed(self) -> None:
        """Both sides know that the call stands."""

    def pressed(self, digits: str) -> None:
        """The far end sent keypad digits by SIP."""

    def ended(self, cause: ReleaseCause) -> None:
        """The call is over."""


class Agent(Carrier, Protocol):
    """What a call needs of the user agent."""

    @property
    def timers(self) -> Timers:
        """The clock."""

    @property
    def timing(self) -> Timing:
        """The protocol's timer values."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number by chance."""

    def send_once(self, request: Request, hop: str, hint: Flow | None) -> None:
        """Send a request that has no answer: an ACK."""

    def contact(self, flow: Flow) -> str:
        """Return our Contact value as the peer on `flow` reaches us."""

    def forget(self, call: "Call") -> None:
        """Nothing more is expected for this call."""
