import pytest

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Trunk
from madoguchi.adapters.voice.embedded.sip.digest import Credentials
from madoguchi.adapters.voice.embedded.sip.message import Request
from madoguchi.adapters.voice.embedded.sip.outgoing import Destination, cause_of
from madoguchi.media.protocol import RtpEndpoint
from madoguchi.ports.voice import ReleaseCause
from tests.unit.adapters.voice.embedded.sip.exchange_room import HELD, OFFER, SDP, Room, Story

CHALLENGE = 'Digest realm="there", nonce="n", qop="auth,auth-int", algorithm=MD5'


def test_a_call_rings_is_answered_and_acknowledged() -> None:
    room = Room()
    _, invite = room.dials()
    room.answers(invite, 100, tag="")
    room.answers(invite, 180)
    room.answers(invite, 200, sdp=OFFER)

    ack = room.sent_request()
    assert (ack.method, ack.target, ack.cseq, ack.recipient.tag) == (
        "ACK",
        "sip:far@192.0.2.9:5062",
        (1, "ACK"),
        "them",
    )
    assert ack.via.branch != invite.via.branch
    assert room.told == ["rang", "agreed", "confirmed"]


def test_our_invite_says_what_it_must() -> None:
    _, invite = Room().dials()

    assert invite.headers.get("contact") == "<sip:192.0.2.1:5060>"
    assert invite.tokens("supported") == {"100rel", "timer"}
    assert "m=audio 20000 RTP/AVP 0 8 9 101" in invite.sdp
    assert invite.sender.tag


def test_every_copy_of_the_answer_is_acknowledged_and_told_once() -> None:
    room = Room()
    _, invite = room.dials()
    for _ in range(3):
        room.answers(invite, 200, sdp=OFFER)

    assert (room.codes(), room.told) == (["ACK", "ACK", "ACK"], ["agreed", "confirmed"])


def test_a_copy_of_the_answer_after_the_transaction_is_acknowledged_still() -> None:
    room = Room()
    _, invite = room.dials()
    room.answers(invite, 200, sdp=OFFER)
    room.timers.advance(33)
    room.wire.take()

    room.answers(invite, 200, sdp=OFFER)

    assert room.codes() == ["ACK"]


def test_a_second_phone_that_answers_is_hung_up() -> None:
    room = Room()
    _, invite = room.dials()
    room.answers(invite, 200, tag="one", sdp=OFFER)
    room.answers(invite, 200, tag="two", sdp=OFFER)

    sent = [message for message in room.sent() if isinstance(message, Request)]
    assert [(message.method, message.recipient.tag) for message in sent] == [
        ("ACK", "one"),
        ("ACK", "two"),
        ("BYE", "two"),
    ]
    assert room.told == ["agreed", "confirmed"]


@pytest.mark.parametrize(("code", "cause"), [(486, "busy"), (603, "declined"), (404, "rejected"), (503, "unreachable")])
def test_a_refusal_says_why(code: int, cause: str) -> None:
    room = Room()
    _, invite = room.dials()
    room.answers(invite, code)

    assert (room.codes(), room.told) == (["ACK"], [f"ended {cause}"])
    room.timers.advance(33)
    assert room.agent.live == (0, 0)


def test_nobody_there_is_unreachable() -> None:
    room = Room()
    room.dials(ring_s=60)
    room.timers.advance(33)

    assert (room.told, room.agent.live) == (["ended unreachable"], (0, 0))


def test_a_call_that_nobody_answers_is_cancelled() -> None:
    room = Room()
    _, invite = room.dials(ring_s=5)
    room.answers(invite, 180)
    room.wire.take()

    room.timers.advance(5)
    cancel = room.sent_request()
    assert (cancel.method, cancel.via.branch) == ("CANCEL", invite.via.branch)
    assert room.told == ["rang", "ended no_answer"]
    room.answers(cancel, 200)
    room.answers(invite, 487)
    assert room.codes() == ["ACK"]
    room.timers.advance(40)
    assert room.agent.live == (0, 0)


def test_cancel_waits_for_a_sign_of_life() -> None:
    room = Room()
    call, invite = room.dials()
    call.hang_up()
    assert room.codes() == []

    room.answers(invite, 180)

    assert (room.codes(), room.told) == (["CANCEL"], ["ended normal"])


def test_an_answer_that_crosses_our_cancel_is_hung_up() -> None:
    room = Room()
    call, invite = room.dials()
    room.answers(invite, 180)
    call.hang_up()
    room.wire.take()
    room.answers(invite, 200, sdp=OFFER)

    assert (room.codes(), room.told) == (["ACK", "BYE"], ["rang", "ended normal"])


def test_an_answer_without_usable_media_is_hung_up() -> None:
    room = Room()
    _, invite = room.dials()
    room.answers(invite, 200, sdp=OFFER.replace("RTP/AVP 0 101", "RTP/AVP 18"))

    assert (room.codes(), room.told) == (["ACK", "BYE"], ["ended rejected"])


def test_a_challenge_is_answered_once() -> None:
    room = Room()
    session = room.agent.new_session()
    session.local = RtpEndpoint("192.0.2.1", 20000)
    story = Story()
    destination = Destination("sip:1@192.0.2.9:5062", "<sip:us@192.0.2.9>", credentials=Credentials("us", "pw"))
    room.agent.dial(destination, session, story, 30)
    first = room.sent_request()
    room.answers(first, 407, Proxy_Authenticate=CHALLENGE)
    _, second = room.sent()
    assert isinstance(second, Request)

    assert 'username="us"' in second.headers.get("proxy-authorization")
    assert (second.cseq, second.call_id) == ((2, "INVITE"), first.call_id)
    room.answers(second, 407, Proxy_Authenticate=CHALLENGE)
    assert story.told == ["ended rejected"]


def test_a_reliable_ringing_is_acknowledged_by_prack() -> None:
    room = Room()
    _, invite = room.dials()
    for _ in range(2):
        room.answers(invite, 183, sdp=OFFER, Require="100rel", RSeq="7")

    prack = room.sent_request()
    assert (prack.method, prack.headers.get("rack")) == ("PRACK", "7 1 INVITE")
    assert room.told == ["rang", "agreed"]
    room.answers(invite, 200)
    assert room.told == ["rang", "agreed", "confirmed"]


def test_the_route_back_is_the_recorded_one_reversed() -> None:
    room = Room()
    call, invite = room.dials()
    route = "<sip:far.example.com;lr>, <sip:192.0.2.9:5062;lr>"
    room.answers(invite, 200, sdp=OFFER, Record_Route=route)
    room.wire.take()
    call.hang_up()

    bye = room.sent_request()
    assert bye.headers.all("route") == ["<sip:192.0.2.9:5062;lr>", "<sip:far.example.com;lr>"]
    assert (bye.target, bye.cseq) == ("sip:far@192.0.2.9:5062", (2, "BYE"))


def test_the_far_end_may_hold_and_hang_up() -> None:
    room = Room()
    call, invite = room.dials()
    room.answers(invite, 200, sdp=OFFER)
    ends = {"from": "<sip:far@192.0.2.9:5062>;tag=them", "to": f"<sip:us@192.0.2.1>;tag={call.tag}"}
    room.wire.take()

    room.arrives(
        "INVITE", call_id=call.call_id, body=HELD, via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-h", **ends, **SDP
    )
    assert (room.codes(), call.session.on_hold) == ([200], True)
    room.arrives("BYE", call_id=call.call_id, cseq="2 BYE", via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-b", **ends)

    assert room.told[-1] == "ended normal"


@pytest.mark.parametrize(
    ("code", "cause"), [(480, ReleaseCause.NO_ANSWER), (500, ReleaseCause.FAILED), (302, ReleaseCause.REJECTED)]
)
def test_causes_are_told_apart(code: int, cause: ReleaseCause) -> None:
    assert cause_of(code) is cause


def test_a_trunk_is_registered_at_and_renewed() -> None:
    trunk = Trunk("carrier", "192.0.2.9", port=5062, user="us", password="pw", register=True, register_s=100)
    room = Room(EmbeddedVoiceSettings(sip_host="192.0.2.1", trunks=(trunk,)))
    (registration,) = room.agent.registrations
    registration.start()
    first = room.sent_request()
    room.answers(first, 401, WWW_Authenticate=CHALLENGE)
    second = room.sent_request()
    room.answers(second, 200, Contact="<sip:192.0.2.1:5060>;expires=50")

    assert (first.target, 'realm="there"' in second.headers.get("authorization")) == ("sip:192.0.2.9", True)
    assert registration.registered
    room.timers.advance(39)
    assert room.codes() == []
    room.timers.advance(1)
    assert room.codes() == ["REGISTER"]


def test_a_trunk_that_refuses_is_asked_again_later() -> None:
    trunk = Trunk("carrier", "192.0.2.9", port=5062, user="us", password="pw", register=True)
    room = Room(EmbeddedVoiceSettings(sip_host="192.0.2.1", trunks=(trunk,)))
    (registration,) = room.agent.registrations
    registration.start()
    room.answers(room.sent_request(), 503)
    room.timers.advance(7)
    assert room.codes() == []
    room.timers.advance(0.5)
    room.answers(room.sent_request(), 200)
    assert registration.registered

    room.agent.sign_off()
    assert room.sent_request().headers.get("expires") == "0"
