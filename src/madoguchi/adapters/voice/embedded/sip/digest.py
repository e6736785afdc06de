"""Digest authentication (RFC 2617, RFC 7616, RFC 8760): answering challenges, and making our own."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, quote, split_outside, unquote
from madoguchi.adapters.voice.embedded.sip.message import Response

ALGORITHMS: Final = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
NONCE_LIFE_S: Final = 300
MAX_NONCES: Final = 10_000
_PLAIN: Final = frozenset({"algorithm", "nc", "stale", "qop"})


@dataclass(frozen=True)
class Credentials:
    """A name and its password."""

    user: str
    password: str


def parse_auth(value: str) -> tuple[str, dict[str, str]]:
    """Read a challenge or credentials: the scheme in lower case, and the parameters.

    Raises:
        BadSyntaxError: it is neither.
    """
    scheme, _, rest = value.strip().partition(" ")
    params = {}
    for part in split_outside(rest, ","):
        name, equals, text = part.partition("=")
        if part and not equals:
            raise BadSyntaxError("credentials are not valid")
        params[name.strip().lower()] = unquote(text.strip())
    return scheme.lower(), params


def _hash(algorithm: str, *parts: str) -> str:
    return ALGORITHMS[algorithm](":".join(parts).encode()).hexdigest()


def _response(credentials: Credentials, realm: str, method: str, params: Mapping[str, str]) -> str:
    algorithm = params.get("algorithm", "MD5").upper()
    secret = _hash(algorithm, credentials.user, realm, credentials.password)
    request = _hash(algorithm, method, params["uri"])
    if params.get("qop"):
        middle = (params["nonce"], params.get("nc", ""), params.get("cnonce", ""), params["qop"])
        return _hash(algorithm, secret, *middle, request)
    return _hash(algorithm, secret, params["nonce"], request)


def answer_challenge(
    response: Response, credentials: Credentials, method: str, uri: str, cnonce: str
) -> tuple[str, str] | None:
    """Return name and value of the header that answers a 401 or 407; None when no challenge can be answered.

    The strongest challenge is answered. A nonce is used once, so its count is always 1.
    """
    proxy = response.code == 407  # noqa: PLR2004 - Proxy Authentication Required
    challenges = response.headers.all("proxy-authenticate" if proxy else "www-authenticate")
    best: dict[str, str] = {}
    for challenge in challenges:
        try:
            scheme, params = parse_auth(challenge)
        except BadSyntaxError:
            continue
        algorithm = params.get("algorithm", "MD5").upper()
        qops = {one.strip().lower() for one in params.get("qop", "").split(",") if one.strip()}
        if (
            scheme != "digest"
            or algorithm not in ALGORITHMS
            or not params.get("nonce")
            or (qops and "auth" not in qops)
        ):
            continue
        if not best or algorithm == "SHA-256":
            best = {**params, "qop": "auth" if qops else ""}
    if not best:
        return None
    filled = {
        "username": credentials.user,
        "realm": best.get("realm", ""),
        "nonce": best["nonce"],
        "uri": uri,
        **({"algorithm": best["algorithm"]} if "algorithm" in best else {}),
        **({"opaque": best["opaque"]} if "opaque" in best else {}),
        **({"qop": "auth", "nc": "00000001", "cnonce": cnonce} if best["qop"] else {}),
    }
    filled["response"] = _response(credentials, filled["realm"], method, filled)
    text = ", ".join(f"{name}={value if name in _PLAIN else quote(value)}" for name, value in filled.items())
    return ("Proxy-Authorization" if proxy else "Authorization"), f"Digest {text}"


class Verdict(Enum):
    """What credentials are worth."""

    MISSING = "missing"
    """None are given for our realm."""
    STALE = "stale"
    """The password is right, the nonce too old or used: challenge again, nobody is at fault."""
    WRONG = "wrong"
    RIGHT = "right"


class Verifier:
    """Challenges peers, and judges how they answer.

    A nonce carries its own time and seal, so that challenges cost no memory however many are asked for. Only nonces
    that were used with a right password are remembered, with their highest count, so that nothing can be replayed.
    """

    def __init__(self, realm: str, algorithms: Sequence[str], now: Callable[[], float]) -> None:
        self._realm = realm
        self._algorithms = algorithms
        self._now = now
        self._seal = secrets.token_bytes(32)
        self._counts: OrderedDict[str, int] = OrderedDict()

    def challenges(self, *, stale: bool = False) -> list[str]:
        """Return the header values of a challenge, best algorithm first as configured."""
        nonce = self._new_nonce()
        tail = ", stale=true" if stale else ""
        return [
            f'Digest realm={quote(self._realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{tail}'
            for algorithm in self._algorithms
        ]

    def judge(
        self, headers: Sequence[str], method: str, password_of: Callable[[str], str | None]
    ) -> tuple[Verdict, str]:
        """Return what the credentials are worth, and the user that they name.

        Args:
            headers: every Authorization or Proxy-Authorization value.
            method: the request's method.
            password_of: the password of a user, None when there is no such user.
        """
        for header in headers:
            try:
                scheme, params = parse_auth(header)
            except BadSyntaxError:
                continue
            if scheme == "digest" and params.get("realm") == self._realm:
                return self._judge(params, method, password_of)
        return Verdict.MISSING, ""

    def _judge(
        self, params: Mapping[str, str], method: str, password_of: Callable[[str], str | None]
    ) -> tuple[Verdict, str]:
        user, algorithm = params.get("username", ""), params.get("algorithm", "MD5").upper()
        complete = all(params.get(name) for name in ("nonce", "uri", "response"))
        if not user or not complete or algorithm not in self._algorithms or params.get("qop", "auth") != "auth":
            return Verdict.WRONG, user
        password = password_of(user)
        expected = _response(Credentials(user, password or secrets.token_hex()), self._realm, method, params)
        right = hmac.compare_digest(expected.encode(), params["response"].lower().encode())
        if password is None or not right:
            return Verdict.WRONG, user
        return (Verdict.RIGHT if self._fresh(params) else Verdict.STALE), user

    def _fresh(self, params: Mapping[str, str]) -> bool:
        nonce = params["nonce"]
        stamp, _, seal = nonce.partition(".")
        if not hmac.compare_digest(self._sealed(stamp).encode(), seal.encode()):
            return False
        if self._now() - int(stamp[16:], 16) / 1000 > NONCE_LIFE_S:
            return False
        try:
            count = int(params.get("nc", "0"), 16)
        except ValueError:
            return False
        if count <= self._counts.get(nonce, -1):
            return False
        self._counts[nonce] = count
        self._counts.move_to_end(nonce)
        while len(self._counts) > MAX_NONCES:
            self._counts.popitem(last=False)
        return True

    def _new_nonce(self) -> str:
        stamp = secrets.token_hex(8) + format(int(self._now() * 1000), "x")
        return f"{stamp}.{self._sealed(stamp)}"

    def _sealed(self, stamp: str) -> str:
        return hmac.new(self._seal, stamp.encode(), hashlib.sha256).hexdigest()[:32]
