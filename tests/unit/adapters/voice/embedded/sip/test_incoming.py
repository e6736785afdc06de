import pytest

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.adapters.voice.embedded.sip.message import Request, Response
from madoguchi.ports.voice import ReleaseCause
from tests.unit.adapters.voice.embedded.sip.exchange_room import HELD, OFFER, SDP, Room


def test_a_call_rings_is_answered_and_confirmed() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].ring()
    room.calls[0].answer()
    answer = room.wire.take()[-1]
    room.in_dialog("ACK", 1, branch="z9hG4bK-ack")

    assert isinstance(answer, Response)
    assert (answer.code, "m=audio 20000 RTP/AVP 0 101" in answer.sdp) == (200, True)
    assert answer.headers.get("contact") == "<sip:192.0.2.1:5060>"
    assert room.told == ["confirmed"]


def test_a_repeated_invite_makes_no_second_call() -> None:
    room = Room()
    for _ in range(3):
        room.arrives(body=OFFER, **SDP)

    assert (len(room.calls), room.codes()) == (1, [100, 100, 100])


def test_an_answer_is_repeated_until_it_is_acknowledged() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].answer()

    room.timers.advance(3.6)
    assert room.codes() == [100, 200, 200, 200, 200]
    room.in_dialog("ACK", 1, branch="z9hG4bK-ack")
    room.timers.advance(60)
    assert room.codes() == []


def test_an_answer_that_is_never_acknowledged_ends_with_bye() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].answer()

    room.timers.advance(32.1)

    assert room.codes()[-1] == "BYE"
    assert room.told == ["ended failed"]
    room.timers.advance(64)
    assert room.agent.live == (0, 0)


def test_the_ack_is_waited_for_before_bye() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].answer()
    room.wire.take()

    room.calls[0].hang_up()
    assert (room.codes(), room.told) == ([], ["ended normal"])
    room.in_dialog("ACK", 1, branch="z9hG4bK-ack")
    assert room.codes() == ["BYE"]


def test_an_offer_in_our_answer_is_completed_by_the_ack() -> None:
    room = Room()
    room.arrives()
    room.calls[0].answer()
    assert "m=audio 20000 RTP/AVP 0 8 9 101" in room.last_response().sdp

    room.in_dialog("ACK", 1, branch="z9hG4bK-ack", body=OFFER, **SDP)

    assert room.told == ["agreed", "confirmed"]


def test_an_ack_without_the_answer_ends_the_call() -> None:
    room = Room()
    room.arrives()
    room.calls[0].answer()
    room.wire.take()

    room.in_dialog("ACK", 1, branch="z9hG4bK-ack")

    assert room.told == ["ended rejected"]


def test_a_cancelled_call_is_answered_487() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].ring()
    room.arrives("CANCEL")

    assert (room.codes(), room.told) == ([100, 180, 200, 487], ["ended cancelled"])
    room.arrives("ACK", cseq="1 ACK")
    room.timers.advance(40)
    assert room.agent.live == (0, 0)


def test_a_bye_before_the_answer_cancels() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.in_dialog("BYE", 2)

    assert (room.codes(), room.told) == ([100, 200, 487], ["ended cancelled"])


@pytest.mark.parametrize(
    ("cause", "code"),
    [(ReleaseCause.BUSY, 486), (ReleaseCause.DECLINED, 603), (ReleaseCause.NORMAL, 480), (ReleaseCause.FAILED, 500)],
)
def test_a_refusal_says_why(cause: ReleaseCause, code: int) -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].hang_up(cause)

    assert (room.codes(), room.told) == ([100, code], [f"ended {cause.value}"])


def test_without_a_common_codec_the_call_is_refused_before_it_arrives() -> None:
    room = Room()
    room.arrives(body=OFFER.replace("RTP/AVP 0 101", "RTP/AVP 18"), **SDP)

    assert (room.codes(), room.calls) == ([488], [])


def test_a_body_that_is_no_sdp_is_refused() -> None:
    room = Room()
    room.arrives(body="hello", content_type="text/plain")

    assert room.last_response().headers.get("accept") == "application/sdp"


def test_an_unknown_extension_that_is_required_is_refused_by_name() -> None:
    room = Room()
    room.arrives(body=OFFER, require="nothingSupportsThis, timer, alsoNot", **SDP)

    response = room.last_response()
    assert (response.code, response.headers.get("unsupported")) == (420, "nothingSupportsThis, alsoNot")


def test_a_full_engine_says_when_to_try_again() -> None:
    room = Room()
    room.room = False
    room.arrives(body=OFFER, **SDP)

    response = room.last_response()
    assert (response.code, response.headers.get("retry-after")) == (503, "5")


def test_hold_and_resume_are_agreed_and_told() -> None:
    room = Room()
    call = room.answered()

    room.in_dialog("INVITE", 2, body=HELD, **SDP)
    answer = room.last_response()
    assert ("a=recvonly" in answer.sdp, call.session.on_hold) == (True, True)
    room.in_dialog("ACK", 2, branch="z9hG4bK-ack2")
    room.in_dialog("INVITE", 3, body=OFFER, **SDP)

    assert ("a=sendrecv" in room.last_response().sdp, call.session.on_hold) == (True, False)
    assert room.told == ["confirmed", "agreed", "agreed"]


def test_hold_by_the_null_address_keeps_where_media_came_from() -> None:
    room = Room()
    call = room.answered()

    room.in_dialog("INVITE", 2, body=OFFER.replace("c=IN IP4 192.0.2.9", "c=IN IP4 0.0.0.0"), **SDP)

    settings = call.session.settings
    assert settings is not None
    assert (settings.remote.host, settings.send) == ("192.0.2.9", False)


def test_an_unusable_reoffer_leaves_the_call_as_it_was() -> None:
    room = Room()
    call = room.answered()
    before = call.session.settings

    room.in_dialog("INVITE", 2, body=OFFER.replace("RTP/AVP 0 101", "RTP/AVP 18"), **SDP)

    assert (room.codes(), call.session.settings == before, room.told) == ([488], True, ["confirmed"])


def test_a_reoffer_before_the_ack_must_wait() -> None:
    room = Room()
    room.arrives(body=OFFER, **SDP)
    room.calls[0].answer()
    room.wire.take()

    room.in_dialog("INVITE", 2, body=HELD, **SDP)

    response = room.last_response()
    assert (response.code, "retry-after" in response.headers) == (500, True)


def test_a_reinvite_without_offer_gets_ours_and_takes_the_answer_from_the_ack() -> None:
    room = Room()
    room.answered()

    room.in_dialog("INVITE", 2)
    assert "m=audio 20000 RTP/AVP 0 101" in room.last_response().sdp
    room.in_dialog("ACK", 2, branch="z9hG4bK-ack2", body=HELD, **SDP)

    assert room.calls[0].session.on_hold


def test_bye_ends_the_call_and_is_answered_again_when_repeated() -> None:
    room = Room()
    room.answered()
    room.in_dialog("BYE", 2)
    room.in_dialog("BYE", 2)

    assert (room.codes(), room.told) == ([200, 200], ["confirmed", "ended normal"])
    room.in_dialog("INFO", 3)
    assert room.codes() == [481]


def test_an_old_request_is_out_of_order() -> None:
    room = Room()
    room.answered()
    room.in_dialog("OPTIONS", 5)
    room.in_dialog("INFO", 4)

    assert room.codes() == [200, 500]


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", ["pressed 5"]),
        ("application/dtmf-relay", "signal= #\r\n", ["pressed #"]),
        ("application/dtmf", "a", ["pressed A"]),
        ("application/dtmf-relay", "Signal=flash", []),
    ],
)
def test_digits_by_info_are_told(kind: str, body: str, told: list[str]) -> None:
    room = Room()
    room.answered()
    room.in_dialog("INFO", 2, content_type=kind, body=body)

    assert (room.codes(), room.told[1:]) == ([200], told)


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("REFER", 603),
        ("MESSAGE", 405),
        ("NOTIFY", 481),
        ("PRACK", 481),
        ("UPDATE", 200),
        ("OPTIONS", 200),
        ("INFO", 200),
    ],
)
def test_requests_in_the_dialog_are_answered_sensibly(method: str, code: int) -> None:
    room = Room()
    room.answered()
    room.in_dialog(method, 2)

    assert room.codes() == [code]


def test_our_requests_follow_the_recorded_route_to_the_contact() -> None:
    room = Room()
    call = room.answered(record_route="<sip:192.0.2.9:5062;lr>, <sip:core.example.com;lr>")
    call.hang_up()

    bye = room.sent_request()
    assert (bye.method, bye.target) == ("BYE", "sip:ann@192.0.2.9:5062")
    assert bye.headers.all("route") == ["<sip:192.0.2.9:5062;lr>", "<sip:core.example.com;lr>"]
    assert (bye.sender.tag, bye.recipient.tag, bye.cseq) == (call.tag, "a1", (1, "BYE"))


def test_a_strict_router_gets_itself_as_the_target() -> None:
    room = Room()
    room.answered(record_route="<sip:192.0.2.9:5062>").hang_up()

    bye = room.sent_request()
    assert (bye.target, bye.headers.all("route")) == ("sip:192.0.2.9:5062", ["<sip:ann@192.0.2.9:5062>"])


def test_the_answer_copies_the_recorded_route() -> None:
    room = Room()
    room.arrives(record_route="<sip:p1;lr>, <sip:p2;lr>", body=OFFER, **SDP)
    room.calls[0].answer()

    assert room.last_response().headers.all("record-route") == ["<sip:p1;lr>, <sip:p2;lr>"]


def test_a_reliable_ringing_is_repeated_until_prack() -> None:
    room = Room()
    room.arrives(require="100rel", body=OFFER, **SDP)
    room.calls[0].ring()
    room.timers.advance(1.6)
    *_, ringing = room.wire.take()
    room.in_dialog("PRACK", 2, rack="1 1 INVITE")

    assert ringing.headers.get("rseq") == "1"
    room.timers.advance(20)
    assert room.codes() == [200]


def test_a_reliable_ringing_without_prack_ends_the_call() -> None:
    room = Room()
    room.arrives(require="100rel", body=OFFER, **SDP)
    room.calls[0].ring()
    room.timers.advance(32.1)

    assert (room.codes()[-1], room.told) == (504, ["ended failed"])


def test_a_session_interval_is_agreed_and_its_end_hangs_up() -> None:
    room = Room()
    room.arrives(session_expires="90;refresher=uac", supported="timer", body=OFFER, **SDP)
    room.calls[0].answer()
    assert room.last_response().headers.get("session-expires") == "90;refresher=uac"
    room.in_dialog("ACK", 1, branch="z9hG4bK-ack")

    room.timers.advance(50)
    room.in_dialog("UPDATE", 2, session_expires="90;refresher=uac", supported="timer")
    room.wire.take()
    room.timers.advance(59)
    assert room.codes() == []
    room.timers.advance(1)

    assert (room.codes(), room.told[-1]) == (["BYE"], "ended failed")


def test_a_too_short_session_interval_is_refused() -> None:
    room = Room()
    room.arrives(session_expires="30", supported="timer", body=OFFER, **SDP)

    response = room.last_response()
    assert (response.code, response.headers.get("min-se")) == (422, "90")


def test_we_refresh_the_session_where_the_caller_cannot() -> None:
    room = Room()
    room.answered(session_expires="100")

    room.timers.advance(50)
    refresh = room.sent_request()
    assert (refresh.method, refresh.headers.get("session-expires")) == ("INVITE", "100;refresher=uac")
    room.in_dialog("INVITE", 2, body=HELD, **SDP)
    assert room.codes() == [491]
    room.in_dialog("ACK", 2, branch="z9hG4bK-in-2INVITE")
    room.answers(refresh, 200, sdp=OFFER, Session_Expires="100;refresher=uac")
    assert room.codes() == ["ACK"]
    room.timers.advance(50)
    assert room.sent_request().method == "INVITE"


def test_a_refresh_that_meets_another_request_is_tried_again() -> None:
    room = Room()
    room.answered(session_expires="100", allow="INVITE, UPDATE")
    room.timers.advance(50)
    first = room.sent_request()
    assert first.method == "UPDATE"

    room.answers(first, 491)
    room.timers.advance(0)

    assert room.sent_request().method == "UPDATE"


def test_a_peer_that_has_forgotten_the_dialog_ends_it() -> None:
    room = Room()
    room.answered(session_expires="100", allow="UPDATE")
    room.timers.advance(50)

    room.answers(room.sent_request(), 481)

    assert room.told[-1] == "ended failed"


def test_a_transfer_is_asked_for_and_its_outcome_told() -> None:
    room = Room()
    call = room.answered()
    outcomes: list[int] = []
    call.refer("sip:200@192.0.2.7", outcomes.append)
    refer = room.sent_request()
    room.answers(refer, 202)
    room.in_dialog("NOTIFY", 2, event="refer", content_type="message/sipfrag", body="SIP/2.0 100 Trying")
    room.in_dialog("NOTIFY", 3, event="refer", content_type="message/sipfrag", body="SIP/2.0 200 OK")

    assert (refer.method, refer.headers.get("refer-to")) == ("REFER", "<sip:200@192.0.2.7>")
    assert (room.codes(), outcomes) == ([200, 200], [200])


@pytest.mark.parametrize("code", [403, 603])
def test_a_refused_transfer_leaves_the_call_alone(code: int) -> None:
    room = Room()
    call = room.answered()
    outcomes: list[int] = []
    call.refer("sip:200@192.0.2.7", outcomes.append)
    room.answers(room.sent_request(), code)

    assert (outcomes, room.told) == ([code], ["confirmed"])


def test_calls_of_unknown_peers_come_at_a_limited_rate() -> None:
    room = Room(EmbeddedVoiceSettings(sip_host="192.0.2.1", invite_rate=1, invite_burst=2))
    for number in range(4):
        room.arrives(via=f"SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-{number}", call_id=f"c{number}", body=OFFER, **SDP)
    assert room.codes() == [100, 100, 503, 503]

    room.timers.advance(1)
    room.arrives(via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-9", call_id="c9", body=OFFER, **SDP)
    assert room.codes()[-1] == 100


def test_options_outside_a_call_tell_what_is_spoken() -> None:
    room = Room()
    room.arrives("OPTIONS")

    response = room.last_response()
    assert (response.code, "INVITE" in response.headers.get("allow")) == (200, True)


@pytest.mark.parametrize(
    ("method", "code"),
    [("BYE", 481), ("INFO", 481), ("SUBSCRIBE", 489), ("MESSAGE", 405), ("PUBLISH", 405), ("NEWMETHOD", 501)],
)
def test_requests_outside_a_call_are_answered_sensibly(method: str, code: int) -> None:
    room = Room()
    room.arrives(method)

    assert room.codes() == [code]


def test_requests_to_a_dialog_that_is_unknown_are_refused() -> None:
    room = Room()
    room.arrives("BYE", to="<sip:100@192.0.2.1>;tag=unknown")

    assert room.codes() == [481]


@pytest.mark.parametrize(("target", "code"), [("nobody:x", 416), ("sip:100@192.0.2.1?Route=%3Csip:x%3E", 100)])
def test_only_uris_that_can_be_called_are_taken(target: str, code: int) -> None:
    room = Room()
    room.arrives(target=target, body=OFFER, **SDP)

    assert room.codes()[0] == code


def test_where_a_response_goes_is_told_by_via() -> None:
    room = Room()
    room.arrives("OPTIONS", via="SIP/2.0/UDP 10.0.0.5:5099;branch=z9hG4bK-x;rport")

    via = room.last_response().via
    assert (via.params["received"], via.params["rport"]) == ("192.0.2.9", "5062")


def test_a_caller_behind_nat_is_reached_where_he_is_seen() -> None:
    room = Room()
    wire = room.wire_to(("198.41.0.4", 40001))
    room.arrives_on(wire, body=OFFER, contact="<sip:ann@10.0.0.5:5062>", **SDP)
    room.calls[0].answer()
    to = f"<sip:100@192.0.2.1>;tag={room.calls[0].tag}"
    room.arrives_on(wire, "ACK", via="SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK-a", to=to, cseq="1 ACK")
    wire.take()

    room.calls[0].hang_up()

    (bye,) = wire.take()
    assert isinstance(bye, Request)
    assert bye.target == "sip:ann@10.0.0.5:5062"
