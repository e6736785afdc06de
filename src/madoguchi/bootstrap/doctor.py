"""The doctor, among those whom he looks after."""

from madoguchi.bootstrap.ports import Ports
from madoguchi.services.calls import CallOwners
from madoguchi.services.chats import ChatOwners
from madoguchi.services.doctor import AgentOwners, DoctorService
from madoguchi.services.leg_watch import LegWatch
from madoguchi.services.view_store import ViewStore
from madoguchi.services.views import desk


def doctor_of(
    ports: Ports, calls: CallOwners, chats: ChatOwners, agents: AgentOwners, views: ViewStore
) -> DoctorService:
    """Return the doctor. An agent is at his desk while one of his pages watches it."""
    return DoctorService(
        calls=calls,
        chats=chats,
        agents=agents,
        store=ports.storage.interactions,
        catalogue=ports.storage.catalogue,
        clock=ports.clock,
        legs=LegWatch(ports.voice.known_legs, ports.clock),
        at_desk=lambda agent: views.watched(desk(agent)),
    )
