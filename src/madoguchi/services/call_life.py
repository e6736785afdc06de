"""How the runtime handles calls."""

from typing import Final

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls import media
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import CallDue, CallMessage, ServerRestarted
from madoguchi.domain.calls.decide import decide, failed
from madoguchi.domain.calls.effects import CallEffect, FindAgent, lanes, lasting
from madoguchi.domain.calls.events import CallEvent
from madoguchi.domain.calls.evolve import evolve, live, state_name
from madoguchi.services.codec import Codec
from madoguchi.services.lifecycle import Lifecycle

CALLS: Final[Lifecycle[Call, CallMessage, CallEvent, CallEffect]] = Lifecycle(
    kind="call",
    codec=Codec(Call, effects=(FindAgent, FreeSlot, OpenHandling, EndHandling)),
    decide=decide,
    evolve=evolve,
    state_name=state_name,
    live=live,
    next_deadline=Call.next_deadline,
    due=CallDue(),
    failed=failed,
    lanes=lanes,
    lasting=lasting,
    resume=lambda call: media.orders(None, call),
    recovered=ServerRestarted(),
)
