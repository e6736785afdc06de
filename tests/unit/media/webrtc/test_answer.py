"""Writing our answer."""

from dataclasses import replace

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.media.webrtc import sdp
from madoguchi.media.webrtc.answer import OurSide, choose_audio, write_answer
from madoguchi.media.webrtc.events import AgreedAudio
from madoguchi.media.webrtc.sdp import BadSdpError
from tests.unit.media.webrtc.offers import AUDIO, DATA, FIREFOX, SHA_256, VIDEO, an_offer, replaced, without

POLICY = ("opus", "PCMU", "PCMA")
OURS = OurSide(
    ufrag="abcd1234",
    password="0123456789abcdef0123456789abcdef",
    fingerprint=SHA_256,
    addresses=("192.0.2.7", "2001:db8::7"),
    port=10_000,
    tcp_port=None,
    ssrc=77,
    session=5,
    version=0,
)


def agree(text: str, *, listen_only: bool = False, policy: tuple[str, ...] = POLICY) -> AgreedAudio:
    return choose_audio(sdp.parse(text), policy, listen_only=listen_only, ssrc=77)


def answer(text: str, ours: OurSide = OURS, *, listen_only: bool = False, policy: tuple[str, ...] = POLICY) -> str:
    return write_answer(sdp.parse(text), agree(text, listen_only=listen_only, policy=policy), ours)


def test_opus_is_chosen_with_the_digits_of_both_clocks() -> None:
    assert agree(an_offer()) == AgreedAudio(
        codec="opus",
        payload_type=111,
        clock_rate=48_000,
        dtmf=((110, 48_000), (126, 8_000)),
        ssrc=77,
        sends=True,
        receives=True,
        inband_fec=True,
    )


def test_firefox_is_answered_too() -> None:
    audio = agree(FIREFOX)

    assert (audio.codec, audio.payload_type, audio.dtmf) == ("opus", 109, ((101, 8_000),))
    assert (audio.sends, audio.receives, audio.inband_fec) == (False, True, True)
    assert "m=audio 10000 UDP/TLS/RTP/SAVPF 109 101\r\n" in answer(FIREFOX)


def test_the_policy_may_prefer_telephone_quality() -> None:
    audio = agree(an_offer(), policy=("PCMU", "opus"))

    assert (audio.codec, audio.payload_type, audio.clock_rate, audio.inband_fec) == ("PCMU", 0, 8_000, False)


def test_the_next_codec_is_taken_where_the_browser_lacks_the_first() -> None:
    assert agree(an_offer(without("a=rtpmap:111"))).codec == "PCMU"


def test_no_codec_in_common_is_named() -> None:
    with pytest.raises(BadSdpError, match=r"we speak opus.*G722"):
        agree(an_offer(replaced("SAVPF 111 63 9 0 8 13 110 126", "SAVPF 9 13")))


@pytest.mark.parametrize(
    ("offered", "listen_only", "ours"),
    [
        ("sendrecv", False, "sendrecv"),
        ("recvonly", False, "sendonly"),
        ("sendonly", False, "recvonly"),
        ("sendrecv", True, "sendrecv"),
        ("recvonly", True, "sendonly"),
    ],
)
@pytest.mark.req("MON-9")
def test_the_direction_answers_the_browsers(offered: str, listen_only: bool, ours: str) -> None:  # noqa: FBT001 - a table
    text = answer(an_offer(replaced("a=sendrecv", f"a={offered}")), listen_only=listen_only)

    assert f"a={ours}\r\n" in text
    assert ("a=ssrc:77 " in text) is (ours != "recvonly")


@pytest.mark.parametrize(("offered", "listen_only"), [("inactive", False), ("inactive", True), ("sendonly", True)])
def test_an_offer_by_which_nobody_would_speak_is_refused(offered: str, listen_only: bool) -> None:  # noqa: FBT001 - a table
    with pytest.raises(BadSdpError, match=r"nobody would speak|listen-only"):
        agree(an_offer(replaced("a=sendrecv", f"a={offered}")), listen_only=listen_only)


def test_an_independent_reader_understands_the_answer() -> None:
    read = SessionDescription.parse(answer(an_offer()))

    (media,) = read.media
    assert (media.kind, media.port, media.direction, media.rtcp_mux) == ("audio", 10_000, "sendrecv", True)
    assert media.ice is not None
    assert (media.ice.iceLite, media.ice.usernameFragment, media.ice.password) == (True, OURS.ufrag, OURS.password)
    assert media.dtls is not None
    assert media.dtls.role == "server"
    assert [(one.ip, one.port, one.protocol, one.type) for one in media.ice_candidates] == [
        ("192.0.2.7", 10_000, "udp", "host"),
        ("2001:db8::7", 10_000, "udp", "host"),
    ]
    assert media.ice_candidates[0].priority > media.ice_candidates[1].priority
    assert media.ice_candidates_complete
    assert [(codec.mimeType, codec.payloadType) for codec in media.rtp.codecs] == [
        ("audio/opus", 111),
        ("audio/telephone-event", 110),
        ("audio/telephone-event", 126),
    ]


def test_other_sections_are_refused_in_their_places() -> None:
    text = answer(an_offer(VIDEO, AUDIO, DATA, group="1 0 2"))

    sections = [line for line in text.split("\r\n") if line.startswith("m=")]
    assert sections == [
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        "m=audio 10000 UDP/TLS/RTP/SAVPF 111 110 126",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ]
    assert "a=group:BUNDLE 0\r\n" in text
    assert [line for line in text.split("\r\n") if line.startswith("a=mid:")] == ["a=mid:1", "a=mid:0", "a=mid:2"]


def test_an_offer_without_bundle_is_answered_without() -> None:
    text = answer(an_offer().replace("a=group:BUNDLE 0\r\n", ""))

    assert "BUNDLE" not in text


def test_passive_tcp_is_offered_where_the_worker_listens() -> None:
    text = answer(an_offer(), replace(OURS, tcp_port=10_001))

    tcp = [line.split(" ") for line in text.split("\r\n") if " tcp " in line]
    udp = [line.split(" ") for line in text.split("\r\n") if " udp " in line]
    assert [line[4:6] for line in tcp] == [["192.0.2.7", "10001"], ["2001:db8::7", "10001"]]
    assert all(line[-2:] == ["tcptype", "passive"] for line in tcp)
    assert max(int(line[3]) for line in tcp) < min(int(line[3]) for line in udp)


@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 20), st.text(max_size=8)), max_size=3))
def test_whatever_is_accepted_is_answered_with_as_many_sections(damages: list[tuple[int, int, str]]) -> None:
    text = an_offer(AUDIO, VIDEO, DATA, group="0 1 2")
    for start, length, insertion in damages:
        text = text[:start] + insertion + text[start + length :]
    try:
        offer = sdp.parse(text)
        written = answer(text)
    except BadSdpError:
        return
    assert written.count("\r\nm=") == len(offer.sections)
    assert all(line[1:2] == "=" for line in written.removesuffix("\r\n").split("\r\n"))
    assert "\n" not in written.replace("\r\n", "")
