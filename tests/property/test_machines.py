"""Five tests that every lifecycle gets for free."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from madoguchi.domain.agents.handling import HANDLING
from madoguchi.domain.agents.presence import PRESENCE
from madoguchi.domain.calls.consult import TRANSFER
from madoguchi.domain.calls.lifecycle import CALL
from madoguchi.domain.calls.parties import MEDIA
from madoguchi.domain.chats.lifecycle import CHAT
from madoguchi.domain.recording import RECORDING
from madoguchi.domain.routing.offers import OFFER
from madoguchi.kernel.machine import IllegalTransitionError, Machine

MACHINES: list[Machine[Any]] = [CALL, TRANSFER, MEDIA, OFFER, HANDLING, PRESENCE, RECORDING, CHAT]
each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


def instance(event: type) -> object:
    """Return an event without its details, which no table looks at."""
    return object.__new__(event)


@each_machine
def test_every_state_is_reachable(machine: Machine[Any]) -> None:
    reached = {machine.initial}
    while more := {after for (before, _), after in machine.table.items() if before in reached} - reached:
        reached |= more

    assert reached == machine.states
    assert reached == {*type(machine.initial).__members__.values()}, "the table mentions every state there is"


@each_machine
def test_no_way_leads_out_of_a_terminal_state(machine: Machine[Any]) -> None:
    assert {before for before, _ in machine.table} & machine.terminal == set()
    assert {before for before, _ in machine.table} | machine.terminal == machine.states, "a state without a way out"


@each_machine
def test_late_facts_are_no_arrows(machine: Machine[Any]) -> None:
    assert not machine.late & machine.table.keys()


@each_machine
def test_whatever_is_not_listed_is_refused(machine: Machine[Any]) -> None:
    events = {event for _, event in machine.table}
    for state in machine.states:
        for event in events:
            if machine.accepts(state, event):
                assert machine.advance(state, instance(event)) is machine.table[state, event]
            else:
                with pytest.raises(IllegalTransitionError):
                    machine.advance(state, instance(event))


@each_machine
@given(data=st.data())
def test_any_sequence_advances_or_is_refused(machine: Machine[Any], data: st.DataObject) -> None:
    events = sorted({event for _, event in machine.table}, key=lambda event: event.__name__)
    state = machine.initial
    for event in data.draw(st.lists(st.sampled_from(events), max_size=30)):
        before = state
        try:
            state = machine.advance(state, instance(event))
        except IllegalTransitionError:
            assert state is before
        assert state in machine.states
