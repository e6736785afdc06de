"""Settings that are inherited: what takes effect, where it comes from, and what may be stored."""

from dataclasses import dataclass

import pytest

from madoguchi.domain.queues.queue import OfferPolicy, RecordingPolicy
from madoguchi.domain.queues.settings import (
    GLOBAL,
    OFFERS,
    PHONE_MENU,
    RECORDING,
    SECTIONS,
    Overrides,
    Section,
    Setting,
    checked,
    described,
    effective,
    plain,
)
from madoguchi.kernel.errors import InvalidInputError

pytestmark = pytest.mark.req("BASE-4")


def test_the_queue_comes_before_its_parents_and_they_before_the_global_settings() -> None:
    common: Overrides = {"offers": {"offer_policy": "multicast", "offer_s": 30}}
    chain: list[tuple[str, Overrides]] = [
        ("top", {"offers": {"offer_s": 25}, "recording": {"recording": "ask_permission"}}),
        ("leaf", {}),
    ]

    found = effective(OFFERS, chain, common)

    assert (found.values.offer_policy, found.values.offer_s, found.values.attempts) == (OfferPolicy.MULTICAST, 25.0, 3)
    assert found.sources == {"offer_policy": GLOBAL, "offer_s": "top", "attempts": GLOBAL}
    assert effective(RECORDING, chain, common).values.recording is RecordingPolicy.ASK_PERMISSION
    nearer = effective(OFFERS, [*chain[:1], ("leaf", {"offers": {"offer_s": 10}})], common)
    assert (nearer.values.offer_s, nearer.sources["offer_s"]) == (10.0, "leaf")


def test_a_null_is_not_set() -> None:
    assert checked({"offers": {"offer_s": None}}) == {}
    assert checked({"offers": {"offer_s": None, "attempts": 2}, "wrap_up": {}}) == {"offers": {"attempts": 2}}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"nonsense": {}}, "settings.nonsense"),
        ({"offers": 1}, "settings.offers"),
        ({"offers": {"nonsense": 1}}, "settings.offers.nonsense"),
        ({"offers": {"offer_policy": "all"}}, "settings.offers.offer_policy"),
        ({"offers": {"offer_policy": ["deltacast"]}}, "settings.offers.offer_policy"),
        ({"offers": {"offer_s": 4.9}}, "settings.offers.offer_s"),
        ({"offers": {"offer_s": float("nan")}}, "settings.offers.offer_s"),
        ({"offers": {"offer_s": "20"}}, "settings.offers.offer_s"),
        ({"offers": {"attempts": 1.5}}, "settings.offers.attempts"),
        ({"offers": {"attempts": True}}, "settings.offers.attempts"),
        ({"phone_menu": {"default_queue": 7}}, "settings.phone_menu.default_queue"),
    ],
)
def test_what_is_no_setting_is_refused_by_name(overrides: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(overrides)
    assert refused.value.field == field


def test_every_default_may_be_stored() -> None:
    for section in SECTIONS.values():
        values = {one.name: plain(getattr(section.default, one.name)) for one in described(section)}
        assert effective(section, (), checked({section.name: values})).values == section.default


def test_a_form_can_be_drawn_of_a_section() -> None:
    policy, offer_s, attempts = described(OFFERS)
    assert policy == Setting("offer_policy", "choice", ("deltacast", "multicast"))
    assert offer_s == Setting("offer_s", "number", least=5, most=300, unit="s")
    assert attempts.kind == "whole"
    assert [one.kind for one in described(PHONE_MENU)] == ["number", "whole", "whole", "choice", "queue"]


@dataclass(frozen=True)
class Added:
    on: bool | None = None
    groups: tuple[int, ...] = ()
    note: str = ""


def test_any_dataclass_makes_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    section = Section("added", Added, Added(on=False))
    monkeypatch.setitem(SECTIONS, "added", section)
    stored = checked({"added": {"on": True, "groups": [1, 2], "note": "n"}})
    found = effective(section, [("a", stored)], {})
    assert found.values == Added(on=True, groups=(1, 2), note="n")
    assert plain(found.values.groups) == [1, 2]
    assert [one.kind for one in described(section)] == ["switch", "list", "text"]
    for wrong in ({"on": 1}, {"groups": 1}, {"groups": "12"}, {"groups": ["x"]}):
        with pytest.raises(InvalidInputError):
            checked({"added": wrong})
