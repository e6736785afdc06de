import itertools

import pytest

from madoguchi.adapters.voice.embedded.sip.client import InviteClient, cancel_of
from madoguchi.adapters.voice.embedded.sip.message import Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.server import InviteServer, ServerTransaction
from madoguchi.adapters.voice.embedded.sip.timers import ManualTimers, Timing
from madoguchi.adapters.voice.embedded.sip.transactions import TransactionLayer
from madoguchi.adapters.voice.embedded.sip.transport import Flow
from tests.unit.adapters.voice.embedded.sip.wire import Wire, request


class User:
    """Remembers what the layer calls."""

    def __init__(self) -> None:
        self.new: list[ServerTransaction] = []
        self.given_up: list[InviteServer] = []
        self.acks: list[Request] = []
        self.strays: list[Response] = []
        self.refusal: Response | None = None

    def admit(self, request: Request, flow: Flow) -> Response | None:
        del request, flow
        return self.refusal

    def requested(self, request: Request, transaction: ServerTransaction) -> None:
        assert transaction.request is request
        self.new.append(transaction)

    def cancelled(self, invite: InviteServer) -> None:
        self.given_up.append(invite)

    def acknowledged(self, request: Request) -> None:
        self.acks.append(request)

    def stray(self, response: Response, flow: Flow) -> None:
        del flow
        self.strays.append(response)


class Scene:
    """A layer with a clock and a wire."""

    def __init__(self, *, reliable: bool = False) -> None:
        self.user, self.timers, self.wire = User(), ManualTimers(), Wire(reliable=reliable)
        self.layer = TransactionLayer(self.user, self.timers, Timing())
        self.heard: list[Response] = []

    def arrives(self, method: str = "INVITE", **changes: str) -> None:
        self.layer.received_request(request(method, **changes), self.wire, "us")

    def sends(self, method: str = "INVITE") -> Request:
        sent = request(method)
        self.layer.send(sent, self.wire, self.heard.append)
        return sent

    def answers(self, sent: Request, code: int, tag: str = "them") -> None:
        self.layer.received_response(respond(sent, code, tag=tag), self.wire)

    def codes_heard(self) -> list[int]:
        return [response.code for response in self.heard]


def test_an_unanswered_request_is_repeated_with_doubling_gaps_and_given_up_after_64_t1() -> None:
    scene = Scene()
    scene.sends()

    counts = []
    for span in (0.5, 1, 2, 4, 8, 16):
        scene.timers.advance(span)
        counts.append(len(scene.wire.codes()))
    scene.timers.advance(1)

    assert counts == [2, 1, 1, 1, 1, 1]
    assert (scene.codes_heard(), scene.layer.live) == ([408], 0)


def test_other_requests_are_repeated_at_most_every_4_seconds() -> None:
    scene = Scene()
    scene.sends("BYE")

    scene.timers.advance(31.9)

    assert len(scene.wire.codes()) == 11
    scene.timers.advance(1)
    assert (scene.codes_heard(), scene.layer.live) == ([408], 0)


@pytest.mark.parametrize("method", ["INVITE", "BYE"])
def test_nothing_is_repeated_over_a_connection(method: str) -> None:
    scene = Scene(reliable=True)
    scene.sends(method)

    scene.timers.advance(31)

    assert scene.wire.codes() == [method]


def test_a_broken_connection_answers_503_at_once() -> None:
    scene = Scene(reliable=True)
    scene.sends()

    scene.layer.broken(scene.wire)

    assert (scene.codes_heard(), scene.layer.live) == ([503], 0)


def test_a_ringing_call_is_waited_for_without_limit() -> None:
    scene = Scene()
    sent = scene.sends()
    scene.answers(sent, 180)
    scene.wire.take()

    scene.timers.advance(600)

    assert (scene.wire.codes(), scene.codes_heard()) == ([], [180])


def test_a_cancelled_call_that_is_never_answered_ends_after_64_t1() -> None:
    scene = Scene()
    sent = request()
    transaction = scene.layer.send(sent, scene.wire, scene.heard.append)
    scene.answers(sent, 180)
    assert isinstance(transaction, InviteClient)

    transaction.expect_end()
    scene.timers.advance(32)

    assert scene.codes_heard() == [180, 408]


def test_every_copy_of_a_refusal_is_acknowledged_and_told_once() -> None:
    scene = Scene()
    sent = scene.sends()
    scene.answers(sent, 486)
    scene.answers(sent, 486)

    _, *acks = scene.wire.take()

    assert scene.codes_heard() == [486]
    assert [ack.headers.get("to") for ack in acks] == ["<sip:100@192.0.2.1>;tag=them"] * 2
    assert {ack.via.branch for ack in acks} == {sent.via.branch}
    scene.timers.advance(32)
    assert scene.layer.live == 0


def test_every_2xx_reaches_the_call_because_forks_answer_too() -> None:
    scene = Scene()
    sent = scene.sends()
    for tag in ("one", "one", "two"):
        scene.answers(sent, 200, tag)

    assert [response.recipient.tag for response in scene.heard] == ["one", "one", "two"]
    scene.timers.advance(32)
    assert scene.layer.live == 0


def test_a_response_to_nothing_is_a_stray() -> None:
    scene = Scene()

    scene.answers(request(), 200)

    assert [response.code for response in scene.user.strays] == [200]


def test_a_cancel_goes_the_way_of_its_invite() -> None:
    sent = request(route="<sip:p;lr>")
    cancel = cancel_of(sent)

    assert (cancel.via.branch, cancel.target, cancel.headers.get("cseq")) == (sent.via.branch, sent.target, "1 CANCEL")
    assert cancel.headers.all("route") == ["<sip:p;lr>"]


def test_a_repeated_invite_gets_the_last_answer_again_and_is_told_once() -> None:
    scene = Scene()
    for _ in range(3):
        scene.arrives()
    (transaction,) = scene.user.new
    transaction.respond(respond(transaction.request, 180, tag="us"))
    scene.arrives()

    assert (len(scene.user.new), scene.wire.codes()) == (1, [180, 180])


def test_a_refusal_is_repeated_until_it_is_acknowledged() -> None:
    scene = Scene()
    scene.arrives()
    scene.user.new[0].respond(respond(scene.user.new[0].request, 486, tag="us"))

    scene.timers.advance(3.6)
    assert scene.wire.codes() == [486] * 4
    scene.arrives("ACK", cseq="1 ACK")
    scene.timers.advance(3)
    assert (scene.wire.codes(), scene.user.acks) == ([], [])
    scene.timers.advance(5)
    assert scene.layer.live == 0


def test_a_refusal_that_is_never_acknowledged_is_forgotten_after_64_t1() -> None:
    scene = Scene()
    scene.arrives()
    scene.user.new[0].respond(respond(scene.user.new[0].request, 486, tag="us"))

    scene.timers.advance(33)

    assert scene.layer.live == 0


def test_an_accepted_invite_absorbs_repetitions_and_passes_the_ack_on() -> None:
    scene = Scene()
    scene.arrives()
    scene.user.new[0].respond(respond(scene.user.new[0].request, 200, tag="us"))
    scene.arrives()
    scene.arrives("ACK", cseq="1 ACK", via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-2")

    assert (scene.wire.codes(), len(scene.user.new), len(scene.user.acks)) == ([200], 1, 1)


def test_a_repeated_bye_is_answered_again() -> None:
    scene = Scene()
    scene.arrives("BYE")
    scene.user.new[0].respond(respond(scene.user.new[0].request, 200))
    scene.arrives("BYE")

    assert (scene.wire.codes(), len(scene.user.new)) == ([200, 200], 1)
    scene.timers.advance(32)
    assert scene.layer.live == 0


def test_the_same_request_by_two_paths_is_merged() -> None:
    scene = Scene()
    scene.arrives()
    scene.arrives(via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-other")

    assert (len(scene.user.new), scene.wire.codes()) == (1, [482])


def test_a_cancel_is_answered_and_gives_the_invite_up() -> None:
    scene = Scene()
    scene.arrives()
    scene.user.new[0].respond(respond(scene.user.new[0].request, 180, tag="here"))
    scene.arrives("CANCEL")

    *_, answer = scene.wire.take()
    assert (isinstance(answer, Response) and answer.code, answer.recipient.tag) == (200, "here")
    assert scene.user.given_up == scene.user.new


def test_a_cancel_after_the_answer_changes_nothing() -> None:
    scene = Scene()
    scene.arrives()
    scene.user.new[0].respond(respond(scene.user.new[0].request, 200, tag="here"))
    scene.arrives("CANCEL")

    assert (scene.wire.codes(), scene.user.given_up) == ([200, 200], [])


def test_a_cancel_of_nothing_is_refused() -> None:
    scene = Scene()
    scene.arrives("CANCEL")

    assert scene.wire.codes() == [481]


@pytest.mark.parametrize("branch", ["", ";branch=z9hG4bK", ";branch=old-style"])
def test_peers_of_rfc_2543_are_told_apart_by_call_and_number(branch: str) -> None:
    scene = Scene()
    for number, _ in itertools.product((1, 2), range(2)):
        scene.arrives(via=f"SIP/2.0/UDP 192.0.2.9{branch}", cseq=f"{number} INVITE")

    assert len(scene.user.new) == 2


def test_nothing_is_kept_of_a_request_that_is_not_admitted() -> None:
    scene = Scene()
    scene.user.refusal = respond(request(), 503)
    scene.arrives()

    assert (scene.wire.codes(), scene.user.new, scene.layer.live) == ([503], [], 0)
