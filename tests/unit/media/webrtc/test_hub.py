"""The hub as its worker uses it, with browsers in memory."""

import time

import pytest
from aioice import stun
from aiortc.rtp import RtcpPacket, RtcpSdesPacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.ids import LegId
from madoguchi.media import srtp
from madoguchi.media.webrtc import hub as hub_module
from madoguchi.media.webrtc import rtcp
from madoguchi.media.webrtc.dtls import Certificate
from madoguchi.media.webrtc.events import Closed, CloseReason, Connected
from madoguchi.media.webrtc.hub import BrowserHub
from madoguchi.media.webrtc.sdp import BadSdpError
from tests.unit.media.webrtc.offers import UFRAG, an_offer
from tests.unit.media.webrtc.peer import HOME, MOBILE, Browser, client_context, rtp

LEG = LegId("leg_1")
CERTIFICATE = Certificate()


@pytest.fixture
def hub() -> BrowserHub:
    return a_hub()


def a_hub(policy: tuple[str, ...] = hub_module.DEFAULT_POLICY) -> BrowserHub:
    return BrowserHub(["192.0.2.7"], 10_000, certificate=CERTIFICATE, policy=policy)


def sent(hub: BrowserHub, browser: Browser, sequence: int = 1, leg: LegId = LEG) -> bytes | None:
    """Send one packet to the leg's browser; what it makes of it."""
    packet = rtp(sequence, ssrc=browser.audio.ssrc)
    buffer = bytearray(packet) + bytearray(srtp.TRAILER)
    sealed = hub.send_rtp(leg, buffer, len(packet))
    if sealed is None:
        return None
    assert browser.receiver is not None
    opened = browser.receiver.unprotect(bytes(sealed[0]))
    assert opened == packet
    return opened


def test_a_browser_connects_and_both_hear_each_other(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()

    assert hub.events() == [Connected(LEG)]
    assert hub.events() == []
    assert browser.certificate_digest == CERTIFICATE.fingerprint
    assert browser.speak(1) == [rtp(1)]
    assert sent(hub, browser) is not None
    assert hub.legs == (LEG,)


def test_keypad_digits_come_out_with_their_payload_type(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()

    (packet,) = browser.speak(1, payload_type=126)

    assert (packet[1] & 0x7F, 8_000) in browser.audio.dtmf


def test_packets_are_sealed_in_place_and_go_where_the_browser_is(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    buffer = bytearray(rtp(1)) + bytearray(srtp.TRAILER)

    sealed = hub.send_rtp(LEG, buffer, len(rtp(1)))

    assert sealed is not None
    view, address = sealed
    assert address == HOME
    assert view.obj is buffer


def test_nothing_is_sent_before_the_browser_has_connected(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()
    buffer = bytearray(100)

    assert hub.send_rtp(LEG, buffer, 50) is None
    browser.check()
    assert hub.send_rtp(LEG, buffer, 50) is None
    assert hub.send_rtp(LegId("leg_unknown"), buffer, 50) is None
    assert hub.events() == []


def test_media_waits_for_the_browsers_choice_of_a_path(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()
    browser.check(nominate=False)
    browser.handshake()
    assert browser.connected
    assert hub.events() == []

    browser.check(nominate=True)

    assert hub.events() == [Connected(LEG)]


@pytest.mark.req("MON-9")
def test_a_listen_only_browser_is_never_heard(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect(listen_only=True)

    assert browser.speak(1) == []
    assert sent(hub, browser) is not None


@pytest.mark.req("MON-8", "MON-9")
def test_a_listen_only_browser_is_heard_once_it_may_speak_and_not_any_more_when_it_may_not(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect(listen_only=True)
    assert "a=sendrecv\r\n" in browser.answer

    assert browser.speak(1) == []
    hub.set_listen_only(LEG, on=False)
    assert browser.speak(2) == [rtp(2)]
    hub.set_listen_only(LEG, on=True)
    assert browser.speak(3) == []
    hub.set_listen_only(LegId("leg_unknown"), on=True)


def test_a_browser_without_a_microphone_hears_and_its_reports_keep_it_alive(hub: BrowserHub) -> None:
    browser = Browser(hub, direction="recvonly")
    browser.connect(listen_only=True)

    assert browser.report(now=9.0) == []
    assert hub.heard_at(LEG) == 9.0


def test_a_browser_that_only_sends_gets_nothing(hub: BrowserHub) -> None:
    browser = Browser(hub, direction="sendonly")
    browser.connect()

    assert sent(hub, browser) is None
    assert browser.speak(1) == [rtp(1)]


def test_dtls_from_an_address_that_stun_has_not_validated_gets_no_answer(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()

    browser.put(browser.hello(), MOBILE)

    assert browser.got == {}
    browser.check()
    browser.put(browser.hello() if browser.flight() else b"\x16", MOBILE)
    assert MOBILE not in browser.got


def test_media_from_an_address_that_stun_has_not_validated_is_dropped(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()

    assert browser.speak(1, MOBILE) == []


def test_strangers_without_a_ufrag_get_no_answer_at_all(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()

    assert browser.check(username=f"nobody:{UFRAG}") is None


def test_guessers_of_a_password_are_refused_a_bounded_number_of_times(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()

    replies = [browser.check(password="x" * 32) for _ in range(300)]

    refusals = [reply for reply in replies if reply is not None]
    assert {reply.error_code for reply in refusals} == {401}
    assert len(refusals) == hub_module.REFUSALS_PER_S
    assert hub.heard_at(LEG) == 0.0


def test_a_flight_lost_on_the_way_is_repeated() -> None:
    hub = BrowserHub(["192.0.2.7"], 10_000, certificate=CERTIFICATE, connect_s=1e9)
    browser = Browser(hub)
    browser.call()
    browser.check()
    browser.handshake(lose=[0], rounds=1)
    now = 0.0
    while not any(20 <= one[0] < 64 for one in browser.got.get(HOME, [])):
        now += 1.0
        hub.poll(now)
        time.sleep(0.02)  # only OpenSSL's own clock makes it repeat itself
        browser.collect()
    for datagram in browser.take():
        browser._tls.bio_write(datagram)
    browser.handshake()

    assert browser.connected
    assert hub.events() == [Connected(LEG)]


def test_a_certificate_that_was_not_promised_ends_the_leg(hub: BrowserHub) -> None:
    browser = Browser(hub, context=client_context(certificate=Certificate()))
    browser.call()
    browser.check()
    browser.handshake()

    (event,) = hub.events()
    assert event == Closed(LEG, CloseReason.HANDSHAKE_FAILED)
    assert isinstance(event, Closed)
    assert "certificate" in event.detail
    assert hub.legs == ()
    assert browser.check() is None


def test_the_pages_goodbye_ends_the_leg(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    hub.events()

    for datagram in browser.goodbye():
        browser.put(datagram)

    assert hub.events() == [Closed(LEG, CloseReason.PEER_CLOSED)]
    assert hub.legs == ()
    assert hub.heard_at(LEG) is None
    assert browser.speak(1) == []


def test_our_goodbye_reaches_the_page_and_is_no_event(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    hub.events()
    browser.take()

    hub.close(LEG)
    hub.close(LEG)
    browser.collect()

    assert browser.heard_goodbye(browser.take())
    assert hub.events() == []
    assert hub.legs == ()


def test_a_browser_that_never_comes_is_given_up(hub: BrowserHub) -> None:
    Browser(hub).call()

    hub.poll(hub_module.CONNECT_S)
    assert hub.events() == []
    hub.poll(hub_module.CONNECT_S + 0.1)
    assert hub.events() == [Closed(LEG, CloseReason.NEVER_CONNECTED)]


def test_a_silent_browser_is_given_up_and_any_sign_of_life_defers_that(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    hub.events()
    browser.check(now=20.0)
    assert hub.heard_at(LEG) == 20.0
    browser.speak(1, now=40.0)
    hub.poll(40.0 + hub_module.SILENT_S)
    assert hub.events() == []

    hub.poll(40.1 + hub_module.SILENT_S)

    assert hub.events() == [Closed(LEG, CloseReason.SILENT)]


@pytest.mark.req("BASE-16")
def test_a_change_of_network_moves_the_media_without_a_new_offer(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect(HOME)
    browser.speak(1, HOME, 1.0)

    browser.check(MOBILE, 2.0, priority=5)
    assert browser.speak(2, MOBILE, 2.1) == [rtp(2)]

    buffer = bytearray(rtp(1)) + bytearray(srtp.TRAILER)
    sealed = hub.send_rtp(LEG, buffer, len(rtp(1)))
    assert sealed is not None
    assert sealed[1] == MOBILE
    assert hub.events() == [Connected(LEG)]


@pytest.mark.req("BASE-16")
def test_an_ice_restart_goes_on_with_the_same_keys(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    hub.events()
    before, ssrc = browser.credentials(), browser.audio.ssrc
    browser.ufrag = "NewU"

    browser.call(5.0)

    assert browser.credentials() != before
    assert browser.audio.ssrc == ssrc
    assert browser.speak(1, HOME, 5.1) == [rtp(1)]
    assert browser.check(MOBILE, 5.2, priority=1) is not None
    assert browser.speak(2, MOBILE, 5.3) == [rtp(2)]
    assert sent(hub, browser) is not None
    assert hub.events() == []


def test_a_new_direction_keeps_everything_else(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    before = browser.credentials()
    browser.direction = "recvonly"

    browser.call(5.0)

    assert browser.credentials() == before
    assert browser.speak(1) == []
    assert browser.check() is not None


@pytest.mark.req("BASE-16")
def test_a_reloaded_page_takes_its_leg_over(hub: BrowserHub) -> None:
    first = Browser(hub)
    first.connect()
    second = Browser(hub)
    second.session = "1234"

    second.connect(MOBILE)

    assert hub.events() == [Connected(LEG), Connected(LEG)]
    assert second.audio.ssrc == first.audio.ssrc
    assert second.credentials() != first.credentials()
    assert hub.legs == (LEG,)
    first.got = second.got
    assert first.heard_goodbye(first.take(HOME))
    assert first.speak(1) == []
    assert second.speak(1, MOBILE) == [rtp(1)]


def test_a_bad_offer_leaves_the_leg_as_it_is(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()

    with pytest.raises(BadSdpError):
        hub.answer(LEG, "v=0\r\n", listen_only=False, now=1.0)

    assert browser.speak(1) == [rtp(1)]


def test_two_browsers_do_not_mix(hub: BrowserHub) -> None:
    one, two = Browser(hub), Browser(hub, leg="leg_2")
    one.connect(HOME)
    two.connect(MOBILE)

    assert one.speak(1, HOME) == [rtp(1)]
    assert two.speak(1, MOBILE) == [rtp(1)]
    assert sent(hub, one, leg=LegId("leg_1")) is not None
    assert sent(hub, two, leg=LegId("leg_2")) is not None
    assert one.credentials() != two.credentials()
    assert one.audio.ssrc != two.audio.ssrc


def test_a_port_that_the_browser_uses_anew_belongs_to_the_new_leg(hub: BrowserHub) -> None:
    one, two = Browser(hub), Browser(hub, leg="leg_2")
    one.connect(HOME)
    two.connect(HOME)

    assert two.speak(1, HOME) == [rtp(1)]
    assert hub.send_rtp(LegId("leg_1"), bytearray(100), 50) is None
    hub.close(LegId("leg_1"))
    assert two.speak(2, HOME) == [rtp(2)]


def test_a_lost_connection_is_no_way_to_the_browser_any_more(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()

    hub.path_lost(HOME)

    assert hub.send_rtp(LEG, bytearray(rtp(1)) + bytearray(16), len(rtp(1))) is None
    browser.check(MOBILE, 1.0)
    assert sent(hub, browser, 2) is not None


def test_reports_tell_the_browser_what_was_sent(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    hub.poll(0.1)
    for sequence in range(1, 4):
        sent(hub, browser, sequence)
    browser.take()

    hub.poll(5.5)
    browser.collect()

    (sealed,) = browser.take()
    assert browser.receiver is not None
    report = browser.receiver.unprotect_rtcp(sealed)
    assert report == rtcp.sender_report(
        browser.audio.ssrc, rtcp.SentCount(packets=3, octets=3 * len(b"speech"), timestamp=3 * 960), 5.5
    )
    hub.poll(20.0)
    browser.collect()
    assert browser.take() == []
    sent(hub, browser, 4)
    hub.poll(20.1)
    sent(hub, browser, 5)
    hub.poll(20.0 + rtcp.REPORT_EVERY_S)
    browser.collect()
    assert len(browser.take()) == 1


def test_an_independent_reader_understands_a_report() -> None:
    written = rtcp.sender_report(77, rtcp.SentCount(packets=5, octets=500, timestamp=960), 12.5)
    report, source = RtcpPacket.parse(written)

    assert len(written) == rtcp.REPORT_LENGTH
    assert isinstance(report, RtcpSrPacket)
    assert (report.ssrc, report.sender_info.packet_count, report.sender_info.octet_count) == (77, 5, 500)
    assert (report.sender_info.rtp_timestamp, report.sender_info.ntp_timestamp) == (960, (12 << 32) | (1 << 31))
    assert isinstance(source, RtcpSdesPacket)
    assert source.chunks[0].items == [(1, b"madoguchi")]


def test_a_repeated_packet_is_heard_once(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    assert browser.sender is not None
    buffer = bytearray(rtp(1)) + bytearray(srtp.TRAILER)
    length = browser.sender.protect(buffer, len(rtp(1)))

    assert browser.put(bytes(buffer[:length])) == [rtp(1)]
    assert browser.put(bytes(buffer[:length])) == []


@given(st.lists(st.tuples(st.binary(max_size=120), st.booleans()), max_size=30))
def test_no_datagram_from_anywhere_breaks_a_call(datagrams: list[tuple[bytes, bool]]) -> None:
    browser = Browser(a_hub())
    browser.connect()
    browser.hub.events()

    for data, home in datagrams:
        browser.put(data, HOME if home else MOBILE)
    browser.hub.poll(1.0)

    assert browser.hub.events() == []
    assert browser.speak(1) == [rtp(1)]


@pytest.mark.parametrize(
    ("addresses", "policy"), [([], ("opus",)), (["192.0.2.7"], ()), (["192.0.2.7"], ("opus", "speex"))]
)
def test_a_hub_that_could_answer_nothing_is_refused(addresses: list[str], policy: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="browsers need"):
        BrowserHub(addresses, 1, policy=policy)


def test_the_policy_is_the_hubs() -> None:
    _, audio = a_hub(("PCMU", "opus")).answer(LEG, an_offer(), listen_only=False, now=0.0)

    assert audio.codec == "PCMU"


def test_ufrags_are_told_apart_even_when_chance_repeats_itself() -> None:
    bytes_to_come = [b"aaaa", b"p" * 16, b"aaaa", b"bbbb", b"p" * 16]
    hub = BrowserHub(["192.0.2.7"], 1, certificate=CERTIFICATE, entropy=lambda _: bytes_to_come.pop(0))

    first, _ = hub.answer(LegId("leg_1"), an_offer(), listen_only=False, now=0.0)
    second, _ = hub.answer(LegId("leg_2"), an_offer(), listen_only=False, now=0.0)

    assert "a=ice-ufrag:61616161" in first
    assert "a=ice-ufrag:62626262" in second


def test_a_browser_that_roams_far_costs_a_bounded_memory(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.connect()
    for port in range(200):
        browser.check(("198.51.100.1", port), 10.0 + port)

    assert len(hub._by_address) <= 17
    assert browser.speak(1, ("198.51.100.1", 199), 300.0) == [rtp(1)]


def test_role_conflicts_are_answered_so_that_the_browser_takes_the_lead(hub: BrowserHub) -> None:
    browser = Browser(hub)
    browser.call()

    reply = browser.check(role="ICE-CONTROLLED")

    assert reply is not None
    assert reply.message_class is stun.Class.ERROR
    assert reply.error_code == 487
