"""URIs as phones and carriers write them."""

import pytest

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, SipUri, UnknownSchemeError, parse_uri


@pytest.mark.parametrize(
    ("text", "scheme", "user", "host", "port", "params"),
    [
        ("tel:+81312345678", "tel", "+81312345678", "", None, {}),
        ("tel:100;phone-context=example.com", "tel", "100", "", None, {"phone-context": "example.com"}),
        ("sip:a%20b@h", "sip", "a b", "h", None, {}),
        ("sip:alice:pw@h:5060;transport=tcp;LR", "sip", "alice", "h", 5060, {"transport": "tcp", "lr": None}),
        ("sip:[2001:db8::1]:5060", "sip", "", "[2001:db8::1]", 5060, {}),
        ("sips:u@[::1]", "sips", "u", "[::1]", None, {}),
        ("sip:+81;x=1@h", "sip", "+81;x=1", "h", None, {}),
        ("SIP:A@H.COM", "sip", "A", "H.COM", None, {}),
        ("sip:a;b?c=1@h", "sip", "a;b?c=1", "h", None, {}),
        ("sip:a@h?subject=x", "sip", "a", "h", None, {}),
        ("sip:a@my_phone:5070", "sip", "a", "my_phone", 5070, {}),
        ('sip:a"b@h', "sip", 'a"b', "h", None, {}),
    ],
)
def test_a_uri_is_read(
    text: str, scheme: str, user: str, host: str, port: int | None, params: dict[str, str | None]
) -> None:
    assert parse_uri(text) == SipUri(text, scheme, user, host, port, params)


@pytest.mark.parametrize(
    "text",
    [
        "sip:@h",
        "sip:a@",
        "sip:a b@h",
        "sip:a@h:",
        "sip:a@h;;x",
        "sip:a@b@c",
        "sip:h:65536",
        "sip:a@[h]",
        "tel:",
        "tel:1 2",
        "h",
    ],
)
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(BadSyntaxError):
        parse_uri(text)


def test_a_uri_of_another_scheme_is_told_apart() -> None:
    with pytest.raises(UnknownSchemeError):
        parse_uri("http://example.com/")
