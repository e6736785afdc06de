"""Reading a browser's offer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.errors import Kind
from madoguchi.media.webrtc import sdp
from madoguchi.media.webrtc.sdp import BadSdpError, Codec, Fingerprint
from tests.unit.media.webrtc.offers import AUDIO, DATA, PASSWORD, SHA_256, UFRAG, VIDEO, an_offer, replaced, without


def test_an_offer_is_read_whole() -> None:
    offer = sdp.parse(an_offer())

    assert (offer.ufrag, offer.password) == (UFRAG, PASSWORD)
    assert offer.fingerprints == (Fingerprint("sha-256", bytes(range(32))),)
    assert (offer.sends, offer.receives, offer.bundled) == (True, True, True)
    assert offer.session == "- 4611731400430051336"
    assert offer.codecs[0] == Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1")
    assert [codec.name for codec in offer.codecs][2:5] == ["G722", "PCMU", "PCMA"]
    assert Codec(126, "telephone-event", 8_000) in offer.codecs


def test_plain_line_ends_are_as_good() -> None:
    assert sdp.parse(an_offer().replace("\r\n", "\n")) == sdp.parse(an_offer())


def test_the_audio_section_is_found_among_others() -> None:
    offer = sdp.parse(an_offer(VIDEO, AUDIO, DATA, group="1 0 2"))

    assert offer.audio == 1
    assert [section.media for section in offer.sections] == ["video", "audio", "application"]


def test_a_second_audio_section_is_not_the_one() -> None:
    second = replaced("a=mid:0", "a=mid:5", replaced(UFRAG, "Other"))

    assert sdp.parse(an_offer(AUDIO, second, group="0 5")).ufrag == UFRAG


def test_a_stopped_audio_section_is_skipped() -> None:
    stopped = replaced("m=audio 9", "m=audio 0", replaced("a=mid:0", "a=mid:5"))

    assert sdp.parse(an_offer(stopped, AUDIO)).audio == 1


@pytest.mark.parametrize(
    ("direction", "sends", "receives"),
    [("sendrecv", True, True), ("recvonly", False, True), ("sendonly", True, False), ("inactive", False, False)],
)
def test_the_direction_is_the_browsers(direction: str, sends: bool, receives: bool) -> None:  # noqa: FBT001 - a table
    offer = sdp.parse(an_offer(replaced("a=sendrecv", f"a={direction}")))

    assert (offer.sends, offer.receives) == (sends, receives)


def test_credentials_hash_and_role_may_stand_above_all_sections() -> None:
    lines = (f"a=ice-ufrag:{UFRAG}", f"a=ice-pwd:{PASSWORD}", f"a=fingerprint:sha-256 {SHA_256}", "a=setup:actpass")
    audio = AUDIO
    for line in lines:
        audio = without(line, audio)
    text = an_offer(audio).replace("t=0 0\r\n", "t=0 0\r\n" + "".join(line + "\r\n" for line in lines))

    assert sdp.parse(text).fingerprints == sdp.parse(an_offer()).fingerprints


def test_static_payload_types_need_no_description() -> None:
    offer = sdp.parse(an_offer(without("a=rtpmap:0", without("a=rtpmap:8"))))

    assert Codec(0, "PCMU", 8_000) in offer.codecs
    assert Codec(8, "PCMA", 8_000) in offer.codecs


def test_an_unknown_hash_beside_a_known_one_does_no_harm() -> None:
    offer = sdp.parse(an_offer(AUDIO + "a=fingerprint:md-99 " + SHA_256[:59] + "\n"))

    assert [one.algorithm for one in offer.fingerprints] == ["sha-256"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "v=0"),
        ("hello", "v=0"),
        ("v=0\r\nhello", "line 2"),
        (an_offer(VIDEO), "no audio section"),
        (an_offer(replaced("m=audio 9", "m=audio 0")), "no audio section"),
        (an_offer(replaced("m=audio 9", "m=audio 99999")), "no media description"),
        (an_offer(replaced("UDP/TLS/RTP/SAVPF", "RTP/AVP")), "RTP/AVP"),
        (an_offer(without("a=rtcp-mux")), "rtcp-mux"),
        (an_offer(without("a=ice-ufrag")), "ice-ufrag"),
        (an_offer(replaced(PASSWORD, "short")), "ice-pwd"),
        (an_offer(without("a=fingerprint")), "fingerprint"),
        (an_offer(replaced("sha-256 00:01", "sha-256 zz:01")), "no fingerprint"),
        (an_offer(replaced("sha-256", "sha-1")), "no a=fingerprint by"),
        (an_offer(replaced("sha-256", "sha-512")), "32 bytes"),
        (an_offer(without("a=setup")), "setup"),
        (an_offer(replaced("a=setup:actpass", "a=setup:passive")), "actpass"),
        (an_offer(replaced("a=setup:actpass", "a=setup:holdconn")), "no DTLS role"),
        (an_offer(AUDIO + "a=mid:0\n", DATA + "a=mid:9\n").replace("a=mid:2", "a=mid:a b"), "no token"),
        (an_offer().replace("t=0 0", "t=0 0\r\na=ice-lite"), "ICE-lite"),
        (an_offer(*[AUDIO] * 33), "more than 32"),
        (an_offer() + "a=x" * 30_000, "longer"),
    ],
)
def test_what_is_wrong_with_an_offer_is_named(text: str, complaint: str) -> None:
    with pytest.raises(BadSdpError, match=complaint) as caught:
        sdp.parse(text)

    assert caught.value.kind is Kind.INVALID


lines = st.sampled_from([*an_offer(AUDIO, VIDEO, DATA).split("\r\n"), "m=audio 9 RTP/SAVPF", "a=", "a=rtpmap:", "m="])
mangled = st.tuples(st.integers(0, 2000), st.integers(0, 30), st.text(max_size=10))


@given(st.one_of(st.text(), st.lists(lines, max_size=60).map(lambda chosen: "v=0\r\n" + "\r\n".join(chosen))))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        offer = sdp.parse(text)
    except BadSdpError:
        return
    assert offer.sections[offer.audio].media == "audio"


@given(st.lists(mangled, min_size=1, max_size=4))
def test_a_damaged_offer_is_read_or_refused(damages: list[tuple[int, int, str]]) -> None:
    text = an_offer(AUDIO, VIDEO, DATA, group="0 1 2")
    for start, length, insertion in damages:
        text = text[:start] + insertion + text[start + length :]
    try:
        offer = sdp.parse(text)
    except BadSdpError:
        return
    assert offer.fingerprints
