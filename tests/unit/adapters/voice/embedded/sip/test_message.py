import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.adapters.voice.embedded.sip.message import BadMessageError, Message, Request, Response, parse, respond
from tests.unit.adapters.voice.embedded.sip.wire import raw, request


def test_a_request_is_read_with_its_typed_parts() -> None:
    invite = request()

    assert (invite.method, invite.uri.user, invite.via.branch, invite.sender.tag, invite.cseq) == (
        "INVITE",
        "100",
        "z9hG4bK-1",
        "a1",
        (1, "INVITE"),
    )
    assert invite.sender.name == "Ann"


def test_folded_lines_compact_names_and_odd_spacing_are_understood() -> None:
    data = (
        b"OPTIONS sip:100@h SIP/2.0\r\nv: SIP  / 2.0\r\n /UDP\r\n  192.0.2.9;branch=z9hG4bKa , SIP/2.0/TCP second;"
        b"branch=z9hG4bKb\r\nf: caller<sip:caller@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nTO :\r\n sip:x@h "
        b";tag=1918\r\n"
        b"i:0ha0isn@192.0.2.9\r\ncseq: 0009\r\n  OPTIONS\r\nMax-Forwards: 0068\r\nl: 0\r\n\r\n"
    )

    message = parse(data)

    assert message.headers.all("Via")[1] == "SIP/2.0/TCP second;branch=z9hG4bKb"
    assert (message.via.host, message.sender.tag, message.recipient.tag, message.cseq) == (
        "192.0.2.9",
        "98asjd8",
        "1918",
        (9, "OPTIONS"),
    )


def test_names_with_quotes_brackets_and_separators_stay_whole() -> None:
    message = request(**{"from": '"A <b>, \\"c\\"; d" <sip:a@h;x=1?y=2>;tag=9'})

    assert (message.sender.name, message.sender.tag, message.sender.uri.user) == ('A <b>, "c"; d', "9", "a")


def test_bytes_after_the_content_length_are_cut_off() -> None:
    assert parse(raw(body="abc") + b"INVITE again").body == b"abc"


@pytest.mark.parametrize(
    "changes",
    [
        {"via": ""},
        {"from": ""},
        {"to": ""},
        {"call_id": ""},
        {"cseq": ""},
        {"cseq": "1 BYE"},
        {"cseq": "36893488147419103232 INVITE"},
        {"max_forwards": "300"},
        {"from": '"Watson, Thomas" < t.watson@example.org >'},
        {"to": '"Mr. J. User <sip:j.user@example.com>'},
        {"via": "SIP/2.0/UDP 192.0.2.9;;,;,,"},
        {"from": "Bell, Alexander <sip:a.g.bell@example.com>;tag=43"},
        {"contact": "<sip:a@h>\x00"},
    ],
)
def test_a_request_with_a_bad_header_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadMessageError):
        parse(raw(**changes))


@pytest.mark.parametrize("length", ["9999", "-1", "x", "1e3"])
def test_a_content_length_that_does_not_fit_is_refused_with_an_answer(length: str) -> None:
    data = raw(body="abc").replace(b"Content-Length: 3", b"Content-Length: " + length.encode())

    with pytest.raises(BadMessageError) as refused:
        parse(data)

    assert refused.value.request is not None


def test_a_repeated_single_header_is_refused() -> None:
    with pytest.raises(BadMessageError, match="repeated"):
        parse(raw().replace(b"CSeq: 1 INVITE", b"CSeq: 1 INVITE\r\nCSeq: 1 INVITE"))


def test_another_version_is_answered_with_505() -> None:
    with pytest.raises(BadMessageError) as refused:
        parse(raw().replace(b" SIP/2.0\r\nVia", b" SIP/7.0\r\nVia"))

    assert (refused.value.code, refused.value.request is not None) == (505, True)


def test_a_bad_ack_is_never_answered() -> None:
    with pytest.raises(BadMessageError) as refused:
        parse(raw("ACK", cseq="1 BYE"))

    assert refused.value.request is None


def test_a_response_copies_what_the_way_back_needs() -> None:
    invite = parse(raw().replace(b"Max-Forwards", b"Via: SIP/2.0/UDP far;branch=z9hG4bKfar\r\nMax-Forwards"))
    assert isinstance(invite, Request)

    response = parse(bytes(respond(invite, 180, tag="us")))

    assert isinstance(response, Response)
    assert (response.code, response.phrase, response.recipient.tag) == (180, "Ringing", "us")
    assert response.headers.all("via") == invite.headers.all("via")


@given(st.binary(max_size=600))
def test_any_bytes_are_either_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadMessageError):
        parse(data)


@given(st.data())
def test_any_damage_to_a_request_is_either_read_or_refused(data: st.DataObject) -> None:
    message = bytearray(raw(body="v=0\r\n"))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(message) - 1))
        message[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        if not message:
            break
    code = 400
    try:
        parsed: Message | None = parse(bytes(message))
    except BadMessageError as error:
        parsed, code = error.request, error.code
    if isinstance(parsed, Request):
        assert bytes(respond(parsed, code, tag="t"))
