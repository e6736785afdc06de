"""Tells from its journal what happened to an interaction.

Calls and chats are told by the same words. Events that nothing here knows are passed over, so that a new kind of event
does no harm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from madoguchi.domain.figures.story import (
    Came,
    Entry,
    Handover,
    Offered,
    Outcome,
    Redaction,
    Stay,
    Story,
    Stretch,
)
from madoguchi.kernel.time import Instant, instant

END: Final[Mapping[str, Outcome]] = {
    "TalkEnded": Outcome.ENDED,
    "NotReached": Outcome.ENDED,
    "Resolved": Outcome.ENDED,
    "ConsumerLeft": Outcome.ABANDONED,
    "Dismissed": Outcome.ENDED,
    "Broke": Outcome.FAILED,
    "Finished": Outcome.ENDED,
    "Abandoned": Outcome.ABANDONED,
    "Expired": Outcome.FAILED,
}
"""The events that end an interaction, and what each makes of a stay that goes on."""
TELLING: Final = frozenset({"OfferAccepted", "Requeued", "Enqueued", "ChatStarted", *END})
"""Events after which a journal tells of one stay more or less."""


def tell(entries: Iterable[Entry]) -> Story:
    """Return the story of an interaction. `entries` are its journal from the first row on, in order."""
    teller = _Teller()
    for entry in entries:
        teller.take(entry)
    return teller.story()


@dataclass
class _Teller:
    """The story so far."""

    stays: list[Stay] = field(default_factory=list)
    offers: dict[str, Offered] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    redactions: list[Redaction] = field(default_factory=list)
    recording: str = ""
    held_since: Instant | None = None
    handed_over: bool = False
    consulted: set[str] = field(default_factory=set)
    """Offers by which a colleague was asked into the call."""
    consulted_queue: Mapping[str, Any] | None = None
    """Whose agents were asked last."""
    dialling: bool = False
    """The consumer whom an agent called has not answered."""
    leaves_to_others: bool = False
    """Who hands over leaves others with the consumer; he does not wait again."""
    ended_at: Instant | None = None

    def take(self, entry: Entry) -> None:  # noqa: C901, PLR0912 - one case per kind
        data, at = entry.data, _at(entry)
        match entry.kind:
            case "ChatStarted" | "Enqueued":
                self._queued(data["queue"], Came.CHOSEN, at)
            case "Offered" | "OffersAdded" | "OffersPlaced":
                self._offered(data["offers"], at)
            case "OfferDeclined":
                self._offer_over(data["offer"], "declined", at)
            case "OfferMissed":
                self._offer_over(data["offer"], "missed", at)
            case "OfferWithdrawn":
                self._offer_over(data["offer"], "withdrawn", at)
            case "ConsultBegan":
                self.consulted_queue = data["consult"].get("queue")
            case "ConsultOffered":
                self._offered(data["offers"], at, wait=False)
            case "OfferAccepted":
                self._answered(data, at)
            case "DialledOut":
                self._stretch(data, data.get("queue"), at)
                self.dialling = True
            case "SupervisorTookOver":
                self._stretch(data, self.stays[-1].queue if self.stays else None, at)
            case "DialAnswered":
                self._reached(at)
            case "PartyJoined":
                self._joined(data["party"], at)
            case "ConsultSwapped":
                self._held(at, on=not data["to_consumer"])
            case "Held":
                self._held(at, on=data["on"])
            case "PartyLeft":
                self._left(at, party=data["party"])
                self._left_to_others()
            case "HandedOver" | "TransferCompleted":
                self.leaves_to_others = True
            case "Transferred":
                self._transferred(data["transfer"], at)
            case "Requeued":
                self._requeued(data, at)
            case "RecordingBegan" | "RecordingPaused" | "RecordingClosed":
                self._recording(entry.kind, data, at)
            case kind if kind in END:
                self._ended(END[kind], data, at)
            case _:
                pass

    def story(self) -> Story:
        return Story(
            stays=tuple(self.stays),
            offers=tuple(self.offers.values()),
            stretches=tuple(self.stretches),
            handovers=tuple(self.handovers),
            redactions=tuple(self.redactions),
            ended_at=self.ended_at,
        )

    def _queued(self, queue: Mapping[str, Any], came: Came, at: Instant) -> None:
        self.stays.append(Stay(len(self.stays) + 1, queue, came, at))

    def _offered(self, offers: Iterable[Mapping[str, Any]], at: Instant, *, wait: bool = True) -> None:
        """It rings; because the consumer waits, or because an agent wants a colleague in his call."""
        for one in offers:
            if one["id"] not in self.offers:
                self.offers[one["id"]] = Offered(one["id"], one["agent"], one.get("name", ""), at)
                self._stay(offers=int(wait))
                if not wait:
                    self.consulted.add(one["id"])

    def _offer_over(self, offer: str, outcome: str, at: Instant) -> None:
        found = self.offers.get(offer)
        if found is not None and found.until is None:
            self.offers[offer] = replace(found, outcome=outcome, until=at)
            if offer not in self.consulted:
                self._stay(declined=int(outcome == "declined"), missed=int(outcome == "missed"))

    def _answered(self, data: Mapping[str, Any], at: Instant) -> None:
        self._offer_over(data["offer"], "accepted", at)
        self._stay_over(Outcome.ANSWERED, at, data["agent"])
        self._stretch(data, self.stays[-1].queue if self.stays else None, at)

    def _stretch(self, data: Mapping[str, Any], queue: Mapping[str, Any] | None, at: Instant) -> None:
        self.stretches.append(
            Stretch(data["handling"], data["agent"], data.get("name", ""), queue, at, party=data.get("party", ""))
        )

    def _reached(self, at: Instant) -> None:
        """The consumer whom an agent called is there; only now they talk."""
        self.stretches[-1] = replace(self.stretches[-1], since=at)
        self.dialling = False

    def _joined(self, party: Mapping[str, Any], at: Instant) -> None:
        """Somebody was asked into the call; colleagues work on it from now on, monitors and phones do not."""
        if not party.get("handling"):
            return
        if party.get("offer"):
            self._offer_over(party["offer"], "accepted", at)
        queue = self.consulted_queue or (self.stretches[-1].queue if self.stretches else None)
        self.stretches.append(
            Stretch(party["handling"], party["user"], party.get("name", ""), queue, at, party=party["id"])
        )

    def _held(self, at: Instant, *, on: bool) -> None:
        if on:
            self.held_since = self.held_since or at
        else:
            self._add_hold(at)
            self.held_since = None

    def _add_hold(self, until: Instant) -> None:
        """Count the hold that goes on to all who are with the consumer."""
        if self.held_since is None:
            return
        for n, one in enumerate(self.stretches):
            if one.until is None:
                self.stretches[n] = replace(one, hold=one.hold + until - max(self.held_since, one.since))

    def _left(self, at: Instant, *, party: str = "") -> None:
        """Somebody is no longer with the consumer; all are where no party is named."""
        leaving = [n for n, one in enumerate(self.stretches) if one.until is None and (not party or one.party == party)]
        if leaving and self.held_since is not None:
            self._add_hold(at)
            self.held_since = at
        for n in leaving:
            self.stretches[n] = replace(self.stretches[n], until=at, transferred=self.handed_over)

    def _transferred(self, transfer: Mapping[str, Any], at: Instant) -> None:
        to_agent = transfer.get("to_agent")
        self.handovers.append(
            Handover(
                at,
                transfer.get("agent"),
                transfer.get("agent_name", ""),
                transfer.get("to_queue"),
                to_agent,
                transfer.get("to_agent_name", ""),
                transfer.get("to_number") or "",
                bool(transfer.get("warm")),
            )
        )
        self.handed_over = True
        self.leaves_to_others = self.leaves_to_others or bool(transfer.get("warm"))

    def _left_to_others(self) -> None:
        """The handover is done with the agent's leaving; if the consumer waits again later, that is another matter."""
        if self.handed_over and self.leaves_to_others:
            self.handed_over = self.leaves_to_others = False

    def _requeued(self, data: Mapping[str, Any], at: Instant) -> None:
        if data.get("handed_over"):  # A chat says so in one event, a call in two.
            to_agent = data.get("to_agent")
            self.handovers.append(
                Handover(at, data["agent"], data["name"], data["queue"], to_agent, data.get("to_name", ""))
            )
            self.handed_over = True
        self._left(at)
        self.held_since = None
        self._queued(data["queue"], Came.TRANSFERRED if self.handed_over else Came.RETURNED, at)
        self.handed_over = False

    def _recording(self, kind: str, data: Mapping[str, Any], at: Instant) -> None:
        if kind == "RecordingBegan":
            self.recording = data["recording"]["id"]
        paused = kind != "RecordingClosed" and (data["recording"].get("paused") if "recording" in data else data["on"])
        going_on = self.redactions[-1] if self.redactions and self.redactions[-1].until is None else None
        if paused and going_on is None and self.recording:
            self.redactions.append(Redaction(self.recording, at))
        elif not paused and going_on is not None:
            self.redactions[-1] = replace(going_on, until=at)
        if kind == "RecordingClosed":
            self.recording = ""

    def _ended(self, outcome: Outcome, data: Mapping[str, Any], at: Instant) -> None:
        if outcome is Outcome.ABANDONED and data.get("reason") == "supervisor_ended":
            outcome = Outcome.ENDED
        self._stay_over(outcome, at, None)
        for offer in tuple(self.offers):
            self._offer_over(offer, "withdrawn", at)
        if self.dialling:  # Nobody has talked.
            one = self.stretches[-1]
            self.stretches[-1] = replace(one, until=one.since)
        self._left(at)
        self.held_since = None
        if self.redactions and self.redactions[-1].until is None:
            self.redactions[-1] = replace(self.redactions[-1], until=at)
        self.ended_at = at

    def _stay(self, *, offers: int = 0, declined: int = 0, missed: int = 0) -> None:
        if self.stays:
            one = self.stays[-1]
            self.stays[-1] = replace(
                one, offers=one.offers + offers, declined=one.declined + declined, missed=one.missed + missed
            )

    def _stay_over(self, outcome: Outcome, at: Instant, agent: str | None) -> None:
        if self.stays and self.stays[-1].until is None:
            self.stays[-1] = replace(self.stays[-1], until=at, outcome=outcome, agent=agent)


def _at(entry: Entry) -> Instant:
    """Return the event's own time where it has one: it is what the screens show."""
    at = entry.data.get("at")
    return instant(at) if isinstance(at, str) else entry.at
