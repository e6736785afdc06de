"""Answering a browser's connectivity checks."""

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.media.webrtc import ice
from madoguchi.media.webrtc.events import Address
from madoguchi.media.webrtc.ice import Allowance, Credentials, IceAgent

OURS = Credentials("abcd1234", "0123456789abcdef0123456789abcdef", "Bq7k")
HOME: Address = ("198.51.100.9", 50_001)
MOBILE: Address = ("203.0.113.80", 40_002)


def a_check(
    *,
    username: str | None = "abcd1234:Bq7k",
    password: str | None = OURS.password,
    role: str = "ICE-CONTROLLING",
    nominate: bool = True,
    priority: int = 100,
) -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, transaction_id=b"t" * 12)
    request.attributes = {role: 1, "PRIORITY": priority}
    if username is not None:
        request.attributes["USERNAME"] = username
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    if password is not None:
        request.add_message_integrity(password.encode())
    return bytes(request)


def answered(agent: IceAgent, data: bytes, address: Address = HOME, now: float = 0.0) -> stun.Message | None:
    message = ice.binding_request(data)
    assert message is not None
    response, _ = agent.handle(message, address, now, lambda: True)
    return stun.parse_message(response) if response is not None else None


def test_a_genuine_check_is_answered_with_the_address_it_came_from() -> None:
    agent = IceAgent(OURS)

    response = answered(agent, a_check())

    assert response is not None
    assert response.message_class is stun.Class.RESPONSE
    assert response.transaction_id == b"t" * 12
    assert response.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert response.check_message_integrity(OURS.password.encode())
    assert "FINGERPRINT" in response.attributes
    assert agent.selected == HOME


@pytest.mark.parametrize(
    ("address", "mapped"),
    [
        (("2001:db8::5", 9, 0, 0), ("2001:db8::5", 9)),
        (("::ffff:192.0.2.1", 9, 0, 0), ("192.0.2.1", 9)),
        (("fe80::1%eth0", 9, 0, 2), ("fe80::1", 9)),
    ],
)
def test_addresses_of_both_families_are_mapped(address: Address, mapped: tuple[str, int]) -> None:
    response = answered(IceAgent(OURS), a_check(), address)

    assert response is not None
    assert response.attributes["XOR-MAPPED-ADDRESS"] == mapped


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (a_check(password="a-wrong-password-of-enough-length"), 401),
        (a_check(username="abcd1234:Else"), 401),
        (a_check(username="abcd1234"), 401),
        (a_check(password=None), 400),
        (a_check(username=None), 400),
    ],
)
def test_wrong_credentials_validate_nothing(data: bytes, code: int) -> None:
    agent = IceAgent(OURS)

    response = answered(agent, data)

    assert response is not None
    assert response.error_code == code
    assert "MESSAGE-INTEGRITY" not in response.attributes
    assert not agent.allows(HOME)
    assert agent.selected is None


def test_a_refusal_is_sent_only_where_there_is_an_allowance() -> None:
    message = ice.binding_request(a_check(password="a-wrong-password-of-enough-length"))
    assert message is not None

    assert IceAgent(OURS).handle(message, HOME, 0.0, lambda: False) == (None, False)


def test_a_refusal_is_no_longer_than_the_request() -> None:
    request = a_check(password="a-wrong-password-of-enough-length")
    response = answered(IceAgent(OURS), request)

    assert response is not None
    assert len(bytes(response)) <= len(request)


def test_a_browser_that_takes_itself_for_the_controlled_side_is_told() -> None:
    agent = IceAgent(OURS)

    response = answered(agent, a_check(role="ICE-CONTROLLED"))

    assert response is not None
    assert response.error_code == 487
    assert response.check_message_integrity(OURS.password.encode())
    assert not agent.allows(HOME)


def test_an_address_that_is_not_nominated_is_valid_but_not_used() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(nominate=False))

    assert agent.allows(HOME)
    assert agent.selected is None


def test_the_highest_priority_wins_among_many_nominations() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=10), MOBILE, 0.0)
    answered(agent, a_check(priority=20), HOME, 0.1)
    answered(agent, a_check(priority=10), MOBILE, 0.2)

    assert agent.selected == HOME


def test_a_browser_that_stops_nominating_one_path_has_moved_to_the_other() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=20), HOME, 0.0)
    answered(agent, a_check(priority=20, nominate=False), HOME, 2.0)
    answered(agent, a_check(priority=10), MOBILE, 2.1)

    assert agent.selected == MOBILE


def test_a_silent_path_gives_way_to_any_nominated_one() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=20), HOME, 0.0)
    answered(agent, a_check(priority=10), MOBILE, ice.NOMINATION_FRESH_S + 1)

    assert agent.selected == MOBILE


def test_media_shows_which_of_two_nominated_paths_is_used() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=20), HOME, 0.0)
    answered(agent, a_check(priority=10), MOBILE, 0.1)

    agent.heard(MOBILE, 0.2)

    assert agent.selected == MOBILE


def test_a_browser_that_nominates_only_once_is_followed_all_the_same() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=10), MOBILE, 0.0)
    answered(agent, a_check(priority=20), HOME, 0.1)
    answered(agent, a_check(priority=10, nominate=False), MOBILE, 5.0)

    agent.heard(MOBILE, 5.1)

    assert agent.selected == MOBILE


def test_media_from_anywhere_else_moves_nothing() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(), HOME)
    answered(agent, a_check(nominate=False), MOBILE)

    agent.heard(MOBILE, 0.2)
    agent.heard(("192.0.2.66", 6), 0.3)

    assert agent.selected == HOME


def test_a_lost_path_falls_back_on_another_nominated_one() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(priority=10), MOBILE, 0.0)
    answered(agent, a_check(priority=20), HOME, 0.1)

    agent.forget(HOME)
    assert agent.selected == MOBILE
    agent.forget(MOBILE)
    assert agent.selected is None


def test_no_more_paths_are_remembered_than_a_browser_has() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(), HOME, 0.0)
    for port in range(100):
        answered(agent, a_check(nominate=False), ("198.51.100.1", port), 1.0 + port)

    assert len(agent.addresses) == ice.MOST_PATHS
    assert agent.allows(HOME)


def test_a_flood_of_genuine_checks_is_bounded() -> None:
    agent = IceAgent(OURS)

    replies = [answered(agent, a_check(), HOME, 0.0) for _ in range(500)]

    assert sum(reply is not None for reply in replies) == ice.REQUESTS_AT_ONCE
    assert answered(agent, a_check(), HOME, 1.0) is not None


def test_after_a_restart_only_the_new_credentials_count_and_the_path_stays() -> None:
    agent = IceAgent(OURS)
    answered(agent, a_check(), HOME)
    agent.restart(Credentials("new00001", "f" * 32, "Zz9z"))

    refused = answered(agent, a_check(), HOME, 1.0)
    assert refused is not None
    assert refused.error_code == 401
    assert agent.selected == HOME

    answered(agent, a_check(username="new00001:Zz9z", password="f" * 32, priority=1), MOBILE, 1.1)
    assert agent.selected == MOBILE


def test_an_allowance_fills_up_again_with_time() -> None:
    allowance = Allowance(per_s=2.0, at_once=3.0)

    assert [allowance.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [allowance.take(0.5) for _ in range(2)] == [True, False]
    assert [allowance.take(1000.0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        bytes(stun.Message(stun.Method.BINDING, stun.Class.INDICATION, transaction_id=b"t" * 12)),
        bytes(stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST, transaction_id=b"t" * 12)),
        a_check()[:-1] + b"\x00",
        b"\x00\x01\x08\x00" + a_check()[4:20] + bytes(2048),
    ],
)
def test_what_is_no_binding_request_is_dropped(data: bytes) -> None:
    assert ice.binding_request(data) is None


@given(st.binary(max_size=200), st.integers(0, 90), st.binary(max_size=6))
def test_any_bytes_are_read_or_dropped(data: bytes, position: int, insertion: bytes) -> None:
    ice.binding_request(data)
    ice.binding_request(b"\x00\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + b"t" * 12 + data)
    whole = a_check()
    message = ice.binding_request(whole[:position] + insertion + whole[position + len(insertion) :])
    if message is not None:
        agent = IceAgent(OURS)
        agent.handle(message, HOME, 0.0, lambda: True)
        assert ice.local_ufrag(message) is None or isinstance(ice.local_ufrag(message), str)
