"""Routing settings: what makes no sense is refused, and says where."""

from dataclasses import replace

import pytest

from madoguchi.domain.routing.settings import AgentGroup, OfferPolicy, RoutingSettings, SkillNeed, Spread, checked
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.testing.builders import ANA, BEN

pytestmark = pytest.mark.req("BASE-9")

PLAIN = RoutingSettings()
FIRST, SECOND = AgentGroup("first", (ANA,), percent=60), AgentGroup("second", (BEN,), percent=40)


@pytest.mark.parametrize(
    "settings",
    [
        PLAIN,
        replace(PLAIN, spread=Spread.CASCADE, groups=(FIRST, SECOND)),
        replace(PLAIN, spread=Spread.PERCENT, groups=(FIRST, SECOND)),
        replace(PLAIN, spread=Spread.CASCADE, groups=(FIRST, replace(SECOND, wait_s=0.0))),
        replace(PLAIN, auto_answer=True, call_weight=2, skills=(SkillNeed("billing", 5),)),
    ],
)
def test_sensible_settings_are_taken(settings: RoutingSettings) -> None:
    assert checked(settings) is settings


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (replace(PLAIN, offer_s=1.0), "offer_s"),
        (replace(PLAIN, attempts=0), "attempts"),
        (replace(PLAIN, priority=9), "priority"),
        (replace(PLAIN, service_level_percent=101), "service_level_percent"),
        (replace(PLAIN, call_weight=-1), "call_weight"),
        (replace(PLAIN, auto_answer=True, policy=OfferPolicy.MULTICAST), "auto_answer"),
        (replace(PLAIN, skills=(SkillNeed("billing", 6),)), "skills.0.level"),
        (replace(PLAIN, skills=(SkillNeed(" "),)), "skills.0.skill"),
        (replace(PLAIN, skills=(SkillNeed("a"), SkillNeed("a", 2))), "skills"),
        (replace(PLAIN, spread=Spread.CASCADE), "groups"),
        (replace(PLAIN, spread=Spread.CASCADE, groups=(FIRST, replace(SECOND, name="first"))), "groups"),
        (replace(PLAIN, spread=Spread.CASCADE, groups=(replace(FIRST, name=""),)), "groups.0.name"),
        (replace(PLAIN, spread=Spread.CASCADE, groups=(replace(FIRST, agents=()),)), "groups.0.agents"),
        (replace(PLAIN, spread=Spread.CASCADE, groups=(replace(FIRST, wait_s=20.0), SECOND)), "groups.0.wait_s"),
        (replace(PLAIN, spread=Spread.PERCENT, groups=(FIRST, replace(SECOND, wait_s=9.0))), "groups.1.wait_s"),
        (replace(PLAIN, spread=Spread.PERCENT, groups=(FIRST, replace(SECOND, percent=30))), "groups"),
        (replace(PLAIN, spread=Spread.PERCENT, groups=(replace(FIRST, percent=-1), SECOND)), "groups.0.percent"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(settings: RoutingSettings, field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked(settings)
    assert refused.value.field == field
