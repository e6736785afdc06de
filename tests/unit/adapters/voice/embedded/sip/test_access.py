"""Who may call and register: trunks, phones, strangers, guessers."""

import itertools

import pytest

from madoguchi.adapters.voice.embedded.arrivals import describe
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone, Trunk
from madoguchi.adapters.voice.embedded.sip.digest import Credentials, answer_challenge
from madoguchi.adapters.voice.embedded.sip.message import Response
from madoguchi.adapters.voice.embedded.sip.peers import Peers, behind_nat
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import LegId
from tests.unit.adapters.voice.embedded.sip.exchange_room import OFFER, SDP, Room

BRANCHES = itertools.count()
PHONES = (Phone("1001", "secret"), Phone("1002", "other"))
IDENTITY = {"p_asserted_identity": '"Real" <tel:+81312345678>'}


def room_of(*trunks: Trunk, accept_unknown: bool = True, algorithms: tuple[str, ...] = ("MD5",)) -> Room:
    return Room(
        EmbeddedVoiceSettings(
            sip_host="192.0.2.1",
            trunks=trunks,
            phones=PHONES,
            accept_unknown=accept_unknown,
            digest_algorithms=algorithms,
            max_auth_failures=3,
        )
    )


class Asker:
    """Sends one request again and again, answering challenges."""

    def __init__(self, room: Room, method: str, user: str, password: str, account: str = "") -> None:
        self.room, self.method, self.credentials = room, method, Credentials(user, password)
        self.account = account or user
        self.number = 0
        self.contact = f"<sip:{user}@192.0.2.9:5062>"

    def asks(self, challenge: Response | None = None, **changes: str) -> Response:
        self.number += 1
        if challenge is not None:
            answer = answer_challenge(challenge, self.credentials, self.method, "sip:100@192.0.2.1", "c")
            assert answer is not None
            changes[answer[0].lower().replace("-", "_")] = answer[1]
        account = f"<sip:{self.account}@192.0.2.1>"
        fields = {
            "from": f"{account};tag=a",
            "to": account if self.method == "REGISTER" else "<sip:100@192.0.2.1>",
            "contact": self.contact,
            "cseq": f"{self.number} {self.method}",
            "via": f"SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK-{next(BRANCHES)}",
            **changes,
        }
        if self.method == "INVITE":
            self.room.arrives("INVITE", body=OFFER, **SDP, **fields)
        else:
            self.room.arrives(self.method, **fields)
        return self.room.last_response()

    def proves(self, **changes: str) -> Response:
        return self.asks(self.asks(), **changes)


@pytest.mark.parametrize("algorithms", [("MD5",), ("SHA-256",), ("SHA-256", "MD5")])
def test_a_phone_registers_with_its_password(algorithms: tuple[str, ...]) -> None:
    room = room_of(algorithms=algorithms)
    answer = Asker(room, "REGISTER", "1001", "secret").proves(expires="120")

    assert (answer.code, answer.headers.get("contact")) == (200, "<sip:1001@192.0.2.9:5062>;expires=120")
    binding = room.agent.registrar.find("1001")
    assert binding is not None
    assert binding.flow.remote == ("192.0.2.9", 5062)
    room.timers.advance(121)
    assert room.agent.registrar.find("1001") is None


def test_a_phone_takes_its_registration_back() -> None:
    room = room_of()
    phone = Asker(room, "REGISTER", "1001", "secret")
    phone.proves()
    answer = phone.proves(contact="*", expires="0")

    assert (answer.code, "contact" in answer.headers, room.agent.registrar.find("1001")) == (200, False, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"expires": "10"}, 423), ({"contact": "*"}, 400), ({"contact": "<sip:x"}, 400), ({"contact": ""}, 200)],
)
def test_registrations_are_checked(changes: dict[str, str], code: int) -> None:
    assert Asker(room_of(), "REGISTER", "1001", "secret").proves(**changes).code == code


def test_a_wrong_password_is_refused_and_guessing_shuts_out() -> None:
    room = room_of()
    guesser = Asker(room, "REGISTER", "1001", "wrong")

    codes = [guesser.proves().code for _ in range(3)]

    assert codes == [403, 403, 403]
    assert Asker(room, "REGISTER", "1001", "secret").asks(call_id="other").code == 403
    room.timers.advance(61)
    assert Asker(room, "REGISTER", "1001", "secret").asks(call_id="third").code == 401


def test_an_account_cannot_be_registered_by_another() -> None:
    assert Asker(room_of(), "REGISTER", "1002", "other", account="1001").proves().code == 403


def test_a_used_answer_to_a_challenge_is_stale() -> None:
    room = room_of()
    phone = Asker(room, "REGISTER", "1001", "secret")
    challenge = phone.asks()
    assert phone.asks(challenge).code == 200

    again = phone.asks(challenge)

    assert (again.code, "stale=true" in again.headers.get("www-authenticate")) == (401, True)


def test_an_old_challenge_is_stale() -> None:
    room = room_of()
    phone = Asker(room, "REGISTER", "1001", "secret")
    challenge = phone.asks()
    room.timers.advance(301)

    assert "stale=true" in phone.asks(challenge).headers.get("www-authenticate")


def test_a_phone_must_prove_itself_to_call() -> None:
    room = room_of()
    caller = Asker(room, "INVITE", "1001", "secret")
    challenge = caller.asks()
    assert (challenge.code, room.calls) == (407, [])

    caller.asks(challenge, **IDENTITY)

    arrived = describe(LegId("leg"), room.calls[0])
    assert (arrived.trunk, arrived.caller) == ("1001", "1001")
    assert not {"P-Asserted-Identity", "Proxy-Authorization"} & set(arrived.headers)


def test_a_stranger_may_call_and_is_not_believed() -> None:
    room = room_of()
    room.arrives(body=OFFER, **SDP, **IDENTITY)

    arrived = describe(LegId("leg"), room.calls[0])
    assert (arrived.trunk, arrived.caller, arrived.caller_name, arrived.called) == ("", "ann", "Ann", "100")
    assert "P-Asserted-Identity" not in arrived.headers
    assert arrived.headers["Call-ID"] == "call-1"


def test_a_stranger_is_refused_where_strangers_are_not_wanted() -> None:
    room = room_of(accept_unknown=False)
    room.arrives(body=OFFER, **SDP)

    assert (room.codes(), room.calls) == ([403], [])


def test_a_trunk_is_known_by_its_network_and_believed() -> None:
    room = room_of(Trunk("carrier", "sip.example.com", networks=("192.0.2.0/28",)), accept_unknown=False)
    room.arrives(body=OFFER, x_case="7", **SDP, **IDENTITY)

    arrived = describe(LegId("leg"), room.calls[0])
    assert (arrived.trunk, arrived.caller, arrived.caller_name) == ("carrier", "+81312345678", "Real")
    assert arrived.headers["X-Case"] == "7"


def test_a_trunk_is_known_by_its_password() -> None:
    room = room_of(Trunk("carrier", "sip.example.com", user="them", password="pw"), accept_unknown=False)
    trunk = Asker(room, "INVITE", "them", "pw", account="whoever")
    challenge = trunk.asks()
    trunk.asks(challenge)

    assert (challenge.code, room.calls[0].trunk, room.calls[0].trusted) == (407, "carrier", True)


def test_a_trunk_is_not_limited_in_rate() -> None:
    trunk = Trunk("carrier", "192.0.2.9")
    room = Room(EmbeddedVoiceSettings(sip_host="192.0.2.1", trunks=(trunk,), invite_rate=1, invite_burst=1))
    for number in range(5):
        room.arrives(via=f"SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK-{number}", call_id=f"c{number}", body=OFFER, **SDP)

    assert len(room.calls) == 5


@pytest.mark.parametrize(
    "changes",
    [{"privacy": "id"}, {"privacy": "header;id"}, {"from": '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'}],
)
def test_a_withheld_number_stays_withheld(changes: dict[str, str]) -> None:
    room = room_of(Trunk("carrier", "192.0.2.9"))
    room.arrives(body=OFFER, **SDP, **IDENTITY, **changes)

    arrived = describe(LegId("leg"), room.calls[0])
    assert (arrived.caller, arrived.caller_name) == ("", "")


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(InvalidInputError, match="carrier"):
        Peers((Trunk("carrier", "h", networks=("300.1.1.1/99",)),), ())


@pytest.mark.parametrize(
    ("claimed", "source", "hidden"),
    [
        ("192.168.1.5", "198.41.0.4", True),
        ("x.invalid", "198.41.0.4", True),
        ("198.41.0.4", "198.41.0.5", False),
        ("192.168.1.5", "192.168.1.1", False),
        ("example.com", "198.41.0.4", False),
    ],
)
def test_only_private_addresses_seen_from_public_ones_are_behind_nat(claimed: str, source: str, hidden: bool) -> None:  # noqa: FBT001 - a table of truths
    assert behind_nat(claimed, source) is hidden
