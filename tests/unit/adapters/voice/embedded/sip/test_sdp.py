import base64

import pytest

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.adapters.voice.embedded.sip.media_session import MediaPolicy, MediaSession, NotAcceptableError
from madoguchi.adapters.voice.embedded.sip.sdp import Direction, parse_sdp
from madoguchi.media.protocol import RtpCodec, RtpEndpoint, RtpSettings, SrtpKeys

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
KEY = base64.b64encode(b"k" * 30).decode()
OTHER_KEY = base64.b64encode(b"o" * 30).decode()
OURS = RtpEndpoint("192.0.2.1", 20000)


def a_session(*, srtp: bool = False, codecs: tuple[str, ...] = ("PCMU", "PCMA", "G722")) -> MediaSession:
    session = MediaSession(MediaPolicy(codecs, lambda: KEY, srtp), 7)
    session.local = OURS
    return session


def audio(formats: str = "0", *lines: str, protocol: str = "RTP/AVP", port: int = 4000) -> str:
    return "\r\n".join([f"{HEAD}m=audio {port} {protocol} {formats}", *(f"a={line}" for line in lines), ""])


def test_the_peers_favourite_codec_is_taken_with_its_own_numbers() -> None:
    session = a_session()
    answer = session.answer(
        audio("18 8 0 96 97", "rtpmap:96 telephone-event/16000", "rtpmap:97 telephone-event/8000", "sendrecv")
    )

    assert session.settings == RtpSettings(RtpEndpoint("192.0.2.9", 4000), RtpCodec("PCMA", 8, 8000), 97)
    assert "m=audio 20000 RTP/AVP 8 97\r\n" in answer
    assert "a=ptime:20\r\n" in answer


def test_dynamic_numbers_are_read_from_the_map() -> None:
    session = a_session()
    session.answer(audio("96", "rtpmap:96 pcmu/8000/1", "fmtp:96 x=1"))

    assert session.settings is not None
    assert session.settings.codec == RtpCodec("PCMU", 96, 8000, "x=1")


def test_other_streams_are_turned_down_in_their_place() -> None:
    offer = audio("0").replace("m=audio", "m=video 5000 RTP/AVP 96\r\nm=audio") + "m=audio 4002 RTP/AVP 8\r\n"
    answer = a_session().answer(offer)

    assert [line for line in answer.split("\r\n") if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 96",
        "m=audio 20000 RTP/AVP 0",
        "m=audio 0 RTP/AVP 8",
    ]


@pytest.mark.parametrize(
    ("theirs", "ours", "send", "receive"),
    [
        ("sendrecv", "sendrecv", True, True),
        ("sendonly", "recvonly", False, True),
        ("recvonly", "sendonly", True, False),
        ("inactive", "inactive", False, False),
    ],
)
def test_directions_are_mirrored(theirs: str, ours: str, send: bool, receive: bool) -> None:  # noqa: FBT001 - a table
    session = a_session()
    answer = session.answer(audio("0", theirs))

    assert session.settings is not None
    assert (session.settings.send, session.settings.receive, session.on_hold) == (send, receive, not send)
    assert f"a={ours}\r\n" in answer


@pytest.mark.parametrize("direction", list(Direction))
def test_a_direction_is_made_of_its_parts(direction: Direction) -> None:
    assert Direction.of(sends=direction.sends, receives=direction.receives) is direction


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "hello",
        HEAD,
        audio("18"),
        audio("0", port=0),
        audio("0", protocol="UDP/TLS/RTP/SAVPF"),
        audio("0", protocol="RTP/SAVP"),
        audio("0", "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short", protocol="RTP/SAVP"),
        audio("0").replace("c=IN IP4 192.0.2.9\r\n", ""),
        audio("0").replace("c=IN IP4", "c=ATM X"),
        audio("0").replace("4000", "99999"),
        audio("0").replace("m=audio 4000 RTP/AVP 0", "m=audio"),
        audio("0") + "a=x\r\n" * 600,
    ],
)
def test_what_cannot_be_agreed_is_refused(offer: str) -> None:
    with pytest.raises(NotAcceptableError):
        a_session().answer(offer)


def test_encryption_is_agreed_with_a_key_for_each_way() -> None:
    session = a_session()
    crypto = f"crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{OTHER_KEY}|2^20|1:4"
    answer = session.answer(audio("0", "crypto:1 F8_128 inline:x", crypto, protocol="RTP/SAVP"))

    assert session.settings is not None
    assert session.settings.srtp == SrtpKeys("AES_CM_128_HMAC_SHA1_80", KEY, OTHER_KEY)
    assert f"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n" in answer
    assert "m=audio 20000 RTP/SAVP 0\r\n" in answer


def test_our_offer_of_encryption_must_be_answered_with_it() -> None:
    session = a_session(srtp=True)
    assert f"inline:{KEY}" in session.offer()

    with pytest.raises(NotAcceptableError):
        session.take_answer(audio("0"))
    session.take_answer(audio("0", f"crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{OTHER_KEY}", protocol="RTP/SAVP"))

    assert session.settings is not None
    assert session.settings.srtp == SrtpKeys("AES_CM_128_HMAC_SHA1_80", KEY, OTHER_KEY)


def test_an_offer_names_our_codecs_best_first_and_the_answer_decides() -> None:
    session = a_session(codecs=("G722", "PCMU"))
    assert "m=audio 20000 RTP/AVP 9 0 101\r\n" in session.offer()

    session.take_answer(audio("0 101", "rtpmap:101 telephone-event/8000"))

    assert session.settings is not None
    assert (session.settings.codec.name, session.settings.dtmf_payload_type) == ("PCMU", 101)
    assert "m=audio 20000 RTP/AVP 0 101\r\n" in session.offer()


def test_an_answer_with_what_was_not_offered_is_refused() -> None:
    session = a_session(codecs=("PCMU",))
    session.offer()

    with pytest.raises(NotAcceptableError):
        session.take_answer(audio("8"))


def test_an_answer_to_no_offer_is_refused() -> None:
    with pytest.raises(NotAcceptableError):
        a_session().take_answer(audio("0"))


def test_the_version_rises_only_with_a_change() -> None:
    session = a_session()
    first = session.answer(audio("0"))
    assert session.answer(audio("0")) == first

    assert "o=madoguchi 7 2 IN IP4" in session.answer(audio("0", "sendonly"))


def test_ipv6_addresses_are_read_and_written() -> None:
    session = a_session()
    session.local = RtpEndpoint("2001:db8::1", 20000)
    answer = session.answer(audio("0").replace("IP4 192.0.2.9", "IP6 2001:db8::9"))

    assert session.settings is not None
    assert session.settings.remote == RtpEndpoint("2001:db8::9", 4000)
    assert "c=IN IP6 2001:db8::1\r\n" in answer


def test_a_stream_may_have_its_own_address_and_direction() -> None:
    (media,) = parse_sdp(HEAD + "a=sendonly\r\nm=audio 4000/2 RTP/AVP 0\r\nc=IN IP4 192.0.2.77/127\r\na=recvonly\r\n")

    assert (media.host, media.port, media.direction) == ("192.0.2.77", 4000, Direction.RECVONLY)


def test_a_description_of_another_version_is_none() -> None:
    with pytest.raises(BadSyntaxError):
        parse_sdp("v=1\r\n")
