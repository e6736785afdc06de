"""What sipp plays: one caller each, written for these tests."""

from typing import Final

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="madoguchi">
"""
_VIA: Final = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_ENDS: Final = """From: "Ann" <sip:ann@[local_ip]:[local_port]>;tag=[pid]t[call_number]
Call-ID: [call_id]
Max-Forwards: 70"""
_CONTACT: Final = "Contact: <sip:ann@[local_ip]:[local_port];transport=[transport]>"


def _sdp(direction: str = "sendrecv", host: str = "[local_ip]") -> str:
    return f"""Content-Type: application/sdp
Content-Length: [len]

v=0
o=ann 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP4 {host}
t=0 0
m=audio [auto_media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a={direction}
"""


def _send(method: str, cseq: int, rest: str = "Content-Length: 0\n", *, to: str = "", attributes: str = "") -> str:
    answered = "[peer_tag_param]" if to == "peer" else ""
    target = "[next_url]" if to == "peer" else "sip:[service]@[remote_ip]:[remote_port]"
    return f"""<send {attributes}><![CDATA[

{method} {target} SIP/2.0
{_VIA}
{_ENDS}
To: <sip:[service]@[remote_ip]:[remote_port]>{answered}
CSeq: {cseq} {method}
{_CONTACT}
{rest}
]]></send>
"""


def _receive(code: int, attributes: str = "") -> str:
    return f'<recv response="{code}" {attributes}></recv>\n'


_RINGING: Final = _receive(100, 'optional="true"') + _receive(180, 'optional="true"')
_ANSWERED: Final = _RINGING + _receive(200, 'rrs="true" rtd="true"')
_BYE: Final = _send("BYE", 9, to="peer", attributes='retrans="500"') + _receive(200)


def _reinvite(cseq: int, direction: str, host: str = "[local_ip]") -> str:
    return (
        _send("INVITE", cseq, _sdp(direction, host), to="peer", attributes='retrans="500"')
        + _receive(200)
        + _send("ACK", cseq, to="peer")
        + '<pause milliseconds="50"/>\n'
    )


def _same_branch_cancel() -> str:
    return f"""<send retrans="500"><![CDATA[

CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
{_ENDS}
To: <sip:[service]@[remote_ip]:[remote_port]>
CSeq: 1 CANCEL
Content-Length: 0

]]></send>
"""


def _refusal_ack() -> str:
    return f"""<send><![CDATA[

ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
{_ENDS}
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
CSeq: 1 ACK
Content-Length: 0

]]></send>
"""


_INFO: Final = _send(
    "INFO", 4, "Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal=5\nDuration=160\n", to="peer",
    attributes='retrans="500"',
)  # fmt: skip

SCENARIOS: Final = {
    "cancel": _HEAD
    + _send("INVITE", 1, _sdp(), attributes='retrans="500"')
    + _receive(100, 'optional="true"')
    + _receive(180)
    + _same_branch_cancel()
    + _receive(200)
    + _receive(487)
    + _refusal_ack()
    + "</scenario>",
    "options": _HEAD + _send("OPTIONS", 1, attributes='retrans="500"') + _receive(200) + "</scenario>",
    "register": _HEAD
    + _send("REGISTER", 1, "Expires: 120\nContent-Length: 0\n", attributes='retrans="500"').replace(
        'From: "Ann" <sip:ann@', 'From: "Ann" <sip:[service]@'
    )
    + _receive(401, 'auth="true"')
    + _send("REGISTER", 2, "[authentication]\nExpires: 120\nContent-Length: 0\n", attributes='retrans="500"')
    + _receive(200)
    + "</scenario>",
    "hold": _HEAD
    + _send("INVITE", 1, _sdp(), attributes='retrans="500"')
    + _ANSWERED
    + _send("ACK", 1, to="peer")
    + '<pause milliseconds="50"/>\n'
    + _reinvite(2, "sendonly")
    + _reinvite(3, "sendrecv")
    + _INFO
    + _receive(200)
    + _reinvite(5, "sendrecv", "0.0.0.0")  # noqa: S104 - the old way to hold
    + _reinvite(6, "sendrecv")
    + _BYE
    + "</scenario>",
    "prack": _HEAD
    + _send("INVITE", 1, "Require: 100rel\n" + _sdp(), attributes='retrans="500"')
    + _receive(100, 'optional="true"')
    + _receive(180, 'rrs="true"')
    + _send("PRACK", 2, "RAck: 1 1 INVITE\nContent-Length: 0\n", to="peer", attributes='retrans="500"')
    + _receive(200)
    + _receive(200)
    + _send("ACK", 1, to="peer")
    + _BYE
    + "</scenario>",
    "update": _HEAD
    + _send("INVITE", 1, "Supported: timer\nSession-Expires: 1800\n" + _sdp(), attributes='retrans="500"')
    + _ANSWERED
    + _send("ACK", 1, to="peer")
    + '<pause milliseconds="50"/>\n'
    + _send(
        "UPDATE", 2, "Supported: timer\nSession-Expires: 1800;refresher=uac\nContent-Length: 0\n", to="peer",
        attributes='retrans="500"',
    )
    + _receive(200)
    + _BYE
    + "</scenario>",
}  # fmt: skip
