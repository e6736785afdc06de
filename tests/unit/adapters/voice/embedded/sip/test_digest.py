import pytest

from madoguchi.adapters.voice.embedded.sip.digest import Credentials, Verdict, Verifier, answer_challenge, parse_auth
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.adapters.voice.embedded.sip.message import Response

MUFASA = Credentials("Mufasa", "Circle of Life")
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def challenge(*values: str, code: int = 401) -> Response:
    response = Response(code)
    for value in values:
        response.headers.add("WWW-Authenticate" if code == 401 else "Proxy-Authenticate", value)
    return response


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_published_example_comes_out(algorithm: str, expected: str) -> None:
    """RFC 7616 section 3.9.1."""
    value = f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="{NONCE}"'
    answer = answer_challenge(challenge(value), MUFASA, "GET", "/dir/index.html", CNONCE)

    assert answer is not None
    name, header = answer
    assert (name, parse_auth(header)[1]["response"]) == ("Authorization", expected)


def test_the_strongest_challenge_is_answered() -> None:
    answer = answer_challenge(
        challenge('Digest realm="r", nonce="1", algorithm=MD5', 'Digest realm="r", nonce="2", algorithm=SHA-256'),
        MUFASA, "INVITE", "sip:x", "c",
    )  # fmt: skip

    assert answer is not None
    assert 'nonce="2"' in answer[1]


def test_a_challenge_of_the_old_kind_is_answered_in_the_old_way() -> None:
    answer = answer_challenge(
        challenge('Digest realm="r", nonce="n", opaque="o"', code=407), MUFASA, "INVITE", "sip:x", "c"
    )

    assert answer is not None
    assert (answer[0], "qop" in answer[1], 'opaque="o"' in answer[1]) == ("Proxy-Authorization", False, True)


@pytest.mark.parametrize(
    "value",
    [
        "Basic realm=x",
        'Digest realm="r"',
        'Digest nonce="n", algorithm=X',
        'Digest nonce="n", qop="auth-int"',
        "Digest x",
        "",
    ],
)
def test_a_challenge_that_is_not_spoken_here_is_not_answered(value: str) -> None:
    assert answer_challenge(challenge(value), MUFASA, "INVITE", "sip:x", "c") is None


def test_our_own_challenge_is_met_by_our_own_answer() -> None:
    verifier = Verifier("here", ("SHA-256", "MD5"), lambda: 1000.0)
    response = challenge(*verifier.challenges())
    answer = answer_challenge(response, MUFASA, "INVITE", "sip:x", "c")
    assert answer is not None

    def judge(method: str = "INVITE", header: str = answer[1]) -> Verdict:
        return verifier.judge([header], method, lambda user: "Circle of Life" if user == "Mufasa" else None)[0]

    assert judge("BYE") is Verdict.WRONG
    assert judge(header=answer[1].replace("Mufasa", "Scar")) is Verdict.WRONG
    assert judge(header=answer[1].replace('realm="here"', 'realm="there"')) is Verdict.MISSING
    assert judge(header="Digest") is Verdict.MISSING
    assert judge() is Verdict.RIGHT
    assert judge() is Verdict.STALE


def test_a_nonce_that_was_not_made_here_is_stale() -> None:
    old, new = Verifier("here", ("MD5",), lambda: 1.0), Verifier("here", ("MD5",), lambda: 1.0)
    answer = answer_challenge(challenge(*old.challenges()), MUFASA, "INVITE", "sip:x", "c")
    assert answer is not None

    assert new.judge([answer[1]], "INVITE", lambda _: "Circle of Life") == (Verdict.STALE, "Mufasa")


def test_credentials_without_equals_signs_are_none() -> None:
    with pytest.raises(BadSyntaxError):
        parse_auth("Digest username")
