# ruff: noqa: E501 - messages are easier to check when they stay in one line
"""Hard but valid, and plainly broken messages: one for each kind that RFC 4475 describes, written for this product.

Each has the set of answers that are right; 0 stands for silence.
"""

from typing import Final

SDP: Final = (
    "v=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\n"
    "m=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n"
)
TAKEN: Final = frozenset({100})
FINE: Final = frozenset({200})
BAD: Final = frozenset({400})
SILENCE: Final = frozenset({0})


def _message(first: str, *lines: str, body: str = "", length: str = "") -> bytes:
    head = "\r\n".join([first, *lines, f"Content-Length: {length or len(body.encode())}", "", ""])
    return head.encode() + body.encode()


def _usual(name: str, method: str, **changes: str) -> list[str]:
    fields = {
        "via": f"Via: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-{name}",
        "from": "From: sip:caller@example.net;tag=242etr",
        "to": "To: sip:user@example.com",
        "id": f"Call-ID: {name}.39234321",
        "cseq": f"CSeq: 8 {method}",
        "max": "Max-Forwards: 70",
        "contact": "Contact: <sip:caller@192.0.2.9:5062>",
    }
    fields.update(changes)
    return [line for line in fields.values() if line]


def _invite(name: str, target: str = "sip:user@example.com", **changes: str) -> bytes:
    lines = [*_usual(name, "INVITE", **changes), "Content-Type: application/sdp"]
    return _message(f"INVITE {target} SIP/2.0", *lines, body=SDP)


def _options(name: str, *more: str, target: str = "sip:user@example.com", **changes: str) -> bytes:
    return _message(f"OPTIONS {target} SIP/2.0", *_usual(name, "OPTIONS", **changes), *more)


WSINV: Final = (
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
    "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tagg    = 1918181833n\r\n"
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n'
    f"MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : {len(SDP)}\r\n"
    "cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\ns :\r\n"
    "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
    "Content-Type: application/sdp\r\nRoute:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  "
    "192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n'
).encode() + SDP.encode()

UNUSUAL: Final = (
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com"
)

VALID: Final = {
    "a short tortuous INVITE": (WSINV, TAKEN),
    "the widest range of characters": (
        _message(
            f"!interesting-Method0123456789_*+`.%indeed'~ {UNUSUAL} SIP/2.0",
            *_usual(
                "intmeth", "x", cseq="CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~",
                to=f'To: "BEL:\\\a NUL:\\0 DEL" <{UNUSUAL}>',
            ),
        ),
        frozenset({400, 501}),
    ),
    "escapes in a URI": (_invite("esc01", "sip:sips%3Auser%40example.com@example.net"), TAKEN),
    "escaped nulls in URIs": (
        _message(
            "REGISTER sip:example.com SIP/2.0",
            *_usual(
                "escnull", "REGISTER", to="To: sip:null-%00-null@example.com",
                contact="Contact: <sip:%00@host5.example.com>,<sip:%00%00@host5.example.com>",
            ),
        ),
        frozenset({401}),
    ),
    "a percent sign that escapes nothing": (
        _message("RE%47IST%45R sip:registrar.example.com SIP/2.0", *_usual("esc02", "RE%47IST%45R")),
        frozenset({501}),
    ),
    "no space before a bracket": (
        _options("lwsdisp", **{"from": "From: caller<sip:caller@example.com>;tag=323"}), FINE,
    ),
    "very long values": (
        _options(
            "longreq",
            *(f"Unknown-{'long' * 20}{number}: {'unknown-value-' * 30}" for number in range(20)),
            to=f'To: "I have a user name of {"extreme " * 60}proportion"<sip:user@example.com:6000;unknownparam1='
            f'{"very" * 60}longvalue;longparam{"name" * 40}=short>',
            **{"from": f"From: sip:{'amazinglylongcallername' * 8}@example.net;tag=12{'982' * 50}424"},
        ),
        FINE,
    ),
    "extra octets after a datagram": (_options("dblreq") + b"INVITE sip:joe@example.com SIP/2.0\r\nt: x\r\n", FINE),
    "a semicolon in the user part": (_options("semiuri", target="sip:user;par=u%40example.net@example.com"), FINE),
    "unknown transports in Via": (
        _options(
            "transports",
            "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKzzxxxccv, SIP/2.0/TLS t3.example.com;branch=z9hG4bKdnas",
            "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKppp",
        ),
        FINE,
    ),
    "a multipart message": (
        _message(
            "MESSAGE sip:kumiko@example.org SIP/2.0", *_usual("mpart01", "MESSAGE"),
            "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655", body="--7a9cbec02ceef655\r\n\r\nx\0\r\n--7a--",
        ),
        frozenset({405}),
    ),
    "a response whose reason is foreign text": (
        _message("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять", *_usual("unreason", "INVITE")), SILENCE,
    ),
    "a response without a reason": (_message("SIP/2.0 100 ", *_usual("noreason", "INVITE")), SILENCE),
    "an old caller without branch": (
        _invite("inv2543", via="Via: SIP/2.0/UDP 192.0.2.9:5062", **{"from": "From: <sip:caller@example.net>"}), TAKEN,
    ),
    "only the cookie for a branch": (_options("badbranch", via="Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK"), FINE),
    "a forwarding limit of zero": (_options("zeromf", max="Max-Forwards: 0"), FINE),
    "an unusual date": (_options("baddate", "Date: Fri, 01 Jan 2010 16:00:00 EST"), FINE),
    "unknown Accept": (_options("sdp01", "Accept: text/nobodyKnowsThis"), FINE),
    "a host with underscores": (_invite("under", "sip:100@my_host:5060", via="Via: SIP/2.0/UDP my_host:5062;branch=z9hG4bK-u"), TAKEN),
    "an IPv6 caller": (
        _options("ipv6", via="Via: SIP/2.0/UDP [2001:db8::9:1]:5062;received=[2001:db8::9:255];branch=z9hG4bK-6"), FINE,
    ),
    "a scheme that nobody knows in From": (
        _options("unksm2", **{"from": "From: name <soap.beep://192.0.2.103:3002>;tag=9"}, to="To: isbn:2983792873"), FINE,
    ),
}  # fmt: skip

INVALID: Final = {
    "extra separators": (_invite("badinv01", via="Via: SIP/2.0/UDP 192.0.2.15;;,;,,"), BAD),
    "Content-Length is larger than the message": (
        _message("INVITE sip:user@example.com SIP/2.0", *_usual("clerr", "INVITE"), body=SDP, length="9999"), BAD,
    ),
    "Content-Length is negative": (
        _message("INVITE sip:user@example.com SIP/2.0", *_usual("ncl", "INVITE"), body=SDP, length="-999"), BAD,
    ),
    "numbers beyond their range": (_options("scalar02", cseq="CSeq: 36893488147419103232 OPTIONS"), BAD),
    "a forwarding limit beyond its range": (_options("scalar03", max="Max-Forwards: 300"), BAD),
    "a response with numbers beyond their range": (
        _message("SIP/2.0 503 Busy", *_usual("scalarlg", "INVITE", cseq="CSeq: 9292394834772304023312 INVITE")), SILENCE,
    ),
    "a quote that is not closed": (_options("quotbal", to='To: "Mr. J. User <sip:j.user@example.com>'), BAD),
    "brackets around the request URI": (_options("ltgtruri", target="<sip:user@example.com>"), BAD),
    "white space in the request URI": (_options("lwsruri", target="sip:user@example.com; lr"), BAD),
    "several spaces in the request line": (_options("lwsstart", target=" sip:user@example.com "), BAD),
    "space at the end of the request line": (
        _options("trws").replace(b"OPTIONS sip:user@example.com SIP/2.0\r\n", b"OPTIONS sip:user@example.com SIP/2.0 \r\n"),
        frozenset({0, 400}),
    ),
    "spaces in an address": (_options("badaspec", to='To: "Watson, Thomas" < t.watson@example.org >'), BAD),
    "a display name that must be quoted": (
        _options("baddn", **{"from": "From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43"}), BAD,
    ),
    "another version": (_options("badvers").replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia"), frozenset({505})),
    "CSeq names another method": (_options("mismatch01", cseq="CSeq: 8 INVITE"), BAD),
    "CSeq names another, unknown method": (
        _message("NEWMETHOD sip:user@example.com SIP/2.0", *_usual("mismatch02", "INVITE")), BAD,
    ),
    "an enormous response code": (_message("SIP/2.0 4294967301 better not break", *_usual("bigcode", "INVITE")), SILENCE),
    "mandatory headers are missing": (
        _message("INVITE sip:user@example.com SIP/2.0", "CSeq: 193942 INVITE", "Via: SIP/2.0/UDP 192.0.2.95;branch=z9"),
        frozenset({0, 400}),
    ),
    "a scheme that nobody knows": (_options("unkscm", target="nobodyKnowsThisScheme:totallyopaquecontent"), frozenset({416})),
    "a known scheme that cannot be called": (_options("novelsc", target="soap.beep://192.0.2.103:3002"), frozenset({416})),
    "extensions that nobody knows": (
        _options("bext01", "Require: nothingSupportsThis, nothingSupportsThisEither"), frozenset({420}),
    ),
    "an unknown body": (
        _message(
            "INVITE sip:user@example.com SIP/2.0", *_usual("invut", "INVITE"), "Content-Type: application/unknownformat",
            body="<audio/>",
        ),
        frozenset({415}),
    ),
    "an unknown kind of credentials": (
        _message(
            "REGISTER sip:example.com SIP/2.0", *_usual("regaut01", "REGISTER"), "Authorization: NoOneKnowsThisScheme x=y"
        ),
        frozenset({401}),
    ),
    "many values where one belongs": (
        _invite("multi01", cseq="CSeq: 5 INVITE\r\nCSeq: 59 INVITE", to="To: sip:a@b\r\nTo: sip:c@d"), BAD,
    ),
    "two lengths": (_options("mcl01", "Content-Length: 138"), BAD),
    "a response to somebody else": (
        _message("SIP/2.0 200 OK", *_usual("bcast", "INVITE", via="Via: SIP/2.0/UDP 255.255.255.255;branch=z9")), SILENCE,
    ),
    "a parameter that is Python's own": (_options("self", target="sip:user@example.com;self=1;cls=2"), FINE),
    "a null byte": (_options("null", "X-Null: a\0b"), BAD),
    "a header injected by a bare line feed": (_options("inject", "X-Bare: a\nVia: evil"), BAD),
    "no headers at all": (b"OPTIONS sip:x SIP/2.0\r\n\r\n", SILENCE),
    "nothing but line ends": (b"\r\n\r\n\r\n\r\n", SILENCE),
    "an ACK to nothing": (_message("ACK sip:user@example.com SIP/2.0", *_usual("ack", "ACK")), SILENCE),
    "a broken ACK": (_message("ACK sip:user@example.com SIP/2.0", *_usual("ack2", "BYE")), SILENCE),
}  # fmt: skip
