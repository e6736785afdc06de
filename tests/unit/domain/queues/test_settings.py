"""Settings that are inherited: what takes effect, where it comes from, and what may be stored."""

from dataclasses import dataclass

import pytest

from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.domain.queues.settings import (
    GLOBAL,
    PHONE_MENU,
    RECORDING,
    ROUTING,
    SECTIONS,
    Overrides,
    Section,
    Setting,
    checked,
    described,
    effective,
    plain,
)
from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, SkillNeed
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import UserId

pytestmark = pytest.mark.req("BASE-4")


def test_the_queue_comes_before_its_parents_and_they_before_the_global_settings() -> None:
    common: Overrides = {"routing": {"policy": "multicast", "offer_s": 30}}
    chain: list[tuple[str, Overrides]] = [
        ("top", {"routing": {"offer_s": 25}, "recording": {"recording": "ask_permission"}}),
        ("leaf", {}),
    ]

    found = effective(ROUTING, chain, common)

    assert (found.values.policy, found.values.offer_s, found.values.attempts) == (OfferPolicy.MULTICAST, 25.0, 3)
    told = {name: found.sources[name] for name in ("policy", "offer_s", "attempts")}
    assert told == {"policy": GLOBAL, "offer_s": "top", "attempts": GLOBAL}
    assert effective(RECORDING, chain, common).values.recording is RecordingPolicy.ASK_PERMISSION
    nearer = effective(ROUTING, [*chain[:1], ("leaf", {"routing": {"offer_s": 10}})], common)
    assert (nearer.values.offer_s, nearer.sources["offer_s"]) == (10.0, "leaf")


def test_a_null_is_not_set() -> None:
    assert checked({"routing": {"offer_s": None}}) == {}
    assert checked({"routing": {"offer_s": None, "attempts": 2}, "wrap_up": {}}) == {"routing": {"attempts": 2}}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"nonsense": {}}, "settings.nonsense"),
        ({"routing": 1}, "settings.routing"),
        ({"routing": {"nonsense": 1}}, "settings.routing.nonsense"),
        ({"routing": {"policy": "all"}}, "settings.routing.policy"),
        ({"routing": {"policy": ["deltacast"]}}, "settings.routing.policy"),
        ({"routing": {"offer_s": 2.9}}, "settings.routing.offer_s"),
        ({"routing": {"offer_s": float("nan")}}, "settings.routing.offer_s"),
        ({"routing": {"offer_s": "20"}}, "settings.routing.offer_s"),
        ({"routing": {"attempts": 1.5}}, "settings.routing.attempts"),
        ({"routing": {"attempts": True}}, "settings.routing.attempts"),
        ({"phone_menu": {"default_queue": 7}}, "settings.phone_menu.default_queue"),
    ],
)
def test_what_is_no_setting_is_refused_by_name(overrides: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(overrides)
    assert refused.value.field == field


def test_every_default_may_be_stored() -> None:
    for section in SECTIONS.values():
        defaults = {one.name: getattr(section.default, one.name) for one in described(section)}
        values = {name: plain(value) for name, value in defaults.items() if value is not None}
        assert effective(section, (), checked({section.name: values})).values == section.default


def test_a_form_can_be_drawn_of_a_section() -> None:
    drawn = {one.name: one for one in described(ROUTING)}
    assert drawn["policy"] == Setting("policy", "choice", ("deltacast", "multicast"))
    assert drawn["offer_s"] == Setting("offer_s", "number", least=3, most=600, unit="s")
    assert (drawn["attempts"].kind, drawn["groups"].kind) == ("whole", "records")
    assert drawn["skills"].members == (Setting("skill", "text"), Setting("level", "whole"))
    assert [one.kind for one in described(PHONE_MENU)] == ["number", "whole", "whole", "choice", "queue"]


def test_records_in_lists_are_stored_member_by_member() -> None:
    groups = [{"name": "first", "agents": ["user_ana"], "skills": [{"skill": "billing", "level": 2}], "wait_s": 45}]
    stored = checked({"routing": {"spread": "cascade", "groups": groups}})

    (group,) = effective(ROUTING, [("a", stored)], {}).values.groups

    assert group == AgentGroup("first", (UserId("user_ana"),), (SkillNeed("billing", 2),), 45.0)
    assert effective(ROUTING, [("a", {"routing": {"groups": plain((group,))}})], {}).values.groups == (group,)


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (1, "settings.routing.groups.0"),
        ({"nonsense": 1}, "settings.routing.groups.0.nonsense"),
        ({"name": 1}, "settings.routing.groups.0.name"),
        ({"skills": [{"level": "x"}]}, "settings.routing.groups.0.skills.0.level"),
    ],
)
def test_what_is_wrong_in_a_record_is_named(group: object, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked({"routing": {"groups": [group]}})
    assert refused.value.field == field


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
