"""A call that nobody speaks into any more, as the doctor finds it: it ends with a reason of its own.

Patience (`Call.patience`) comes first: who was seen to lose his media is waited for, and then left out or missed. What
is here is for calls in which nothing of that kind happens any more: the engine has lost the legs or hears nothing of
them, and no fact of it has moved the call.
"""

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import NobodyHeard
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.lifecycle import CallState, ConsumerLeft, EndReason, NotReached, TalkEnded
from madoguchi.domain.calls.parties import Party


def talkers(call: Call) -> tuple[Party, ...]:
    """Return those who keep a call going by speaking: all who are in it but those who only supervise."""
    return tuple(party for party in call.parties if party.present and not party.supervises)


def nobody_heard(draft: Draft, message: NobodyHeard) -> None:
    """End the call, unless somebody has come, or come back, since that was found."""
    call, now = draft.call, draft.now
    if any(party.leg is not None and party.leg not in message.legs for party in talkers(call)):
        return
    if any((limit := call.patience(party)) is not None and limit > now for party in talkers(call)):
        return
    if call.held_by_far_end and not message.gone:
        return
    match call.state:
        case CallState.TALKING:
            draft.end(TalkEnded(EndReason.NO_MEDIA, now))
        case CallState.DIALLING:
            draft.end(NotReached(EndReason.NO_MEDIA, now))
        case _:
            draft.end(ConsumerLeft(EndReason.NO_MEDIA, now))
