"""Offers as browsers make them, shortened to what matters."""

UFRAG = "Bq7k"
PASSWORD = "c0Ffee/Zz+0123456789ABCD"
SHA_256 = ":".join(f"{value:02X}" for value in range(32))

AUDIO = f"""\
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{UFRAG}
a=ice-pwd:{PASSWORD}
a=ice-options:trickle
a=fingerprint:sha-256 {SHA_256}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:- 0b5c7d9e
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1001 cname:x1y2
"""

VIDEO = f"""\
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=ice-ufrag:{UFRAG}
a=ice-pwd:{PASSWORD}
a=fingerprint:sha-256 {SHA_256}
a=setup:actpass
a=mid:1
a=sendrecv
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtpmap:97 rtx/90000
"""

DATA = """\
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:2
a=sctp-port:5000
"""


def an_offer(*sections: str, group: str = "0", session: str = "4611731400430051336") -> str:
    """An offer with `sections`, by default one audio section."""
    head = f"v=0\no=- {session} 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE {group}\na=extmap-allow-mixed\n"
    return (head + "".join(sections or (AUDIO,))).replace("\n", "\r\n")


def without(line: str, text: str = AUDIO) -> str:
    """`text` without the lines that begin with `line`."""
    return "".join(one for one in text.splitlines(keepends=True) if not one.startswith(line))


def replaced(old: str, new: str, text: str = AUDIO) -> str:
    """`text` with `old`, which is in it, replaced."""
    assert old in text
    return text.replace(old, new)


FIREFOX = f"""\
v=0
o=mozilla...THIS_IS_SDPARTA-99.0 9179010648370785654 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 {SHA_256}
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a=recvonly
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
a=extmap-allow-mixed
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:eb4ab3e9c8abf3cdb82c06be333ff9d6
a=ice-ufrag:f9a355c5
a=mid:0
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=setup:actpass
a=ssrc:3056811984 cname:{{33a5a905-1123-4f5f-9bd0-48571ced77f0}}
""".replace("\n", "\r\n")
"""Firefox puts the fingerprint and a direction above all sections, and has one clock for digits."""
