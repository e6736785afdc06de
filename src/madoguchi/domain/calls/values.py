"""What own texts may say of a call, as far as it is known when they are said."""

from madoguchi.domain.calls.call import Call
from madoguchi.domain.messages.variables import NOBODY_KNOWN, Value

_ENGLISH = NOBODY_KNOWN["en"]


def known(call: Call) -> dict[str, Value]:
    """Return the values of variables by their names in small letters, as `line` takes them."""
    said = call.language
    found: dict[str, Value] = {"company": call.company, "end_user": NOBODY_KNOWN.get(said, _ENGLISH)}
    if not call.consumer.anonymous:
        found["end_user"] = call.consumer.name
    if call.queue is not None:
        found["queue"] = call.queue.name(said)
    if call.agent_party is not None:
        found["agent"] = call.agent_party.name
    if call.position is not None:
        found["position"] = call.position
    return found
