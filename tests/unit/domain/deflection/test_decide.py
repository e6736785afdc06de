"""What becomes of a consumer: every cell of the table, the hierarchy, and the clock."""

from datetime import timedelta
from itertools import product

import pytest

from madoguchi.domain.deflection.decide import Asked, Condition, Source
from madoguchi.domain.deflection.plan import CallDeflection, ChatDeflection, DeflectionSettings, OptionKind
from madoguchi.domain.hours.book import HoursBook, SupportCenter
from madoguchi.domain.hours.custom import EntryPoint
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import QueueId
from tests.unit.domain.deflection.builders import (
    CLOSED_AT,
    HOLIDAY_AT,
    OPEN_AT,
    asked,
    deflection,
    hours,
    orders,
    plan,
    settings,
)
from tests.unit.domain.hours.builders import NEW_YORK, at, custom, fixed, office, weekly

pytestmark = [pytest.mark.req("DEF-2"), pytest.mark.req("DEF-9")]

SECOND = timedelta(seconds=1)
THANKS = fixed("11/23", name="Labour Thanksgiving Day")
HALF_DAY = fixed("11/24", name="Half a day", closed="13:00-24:00")

FOR_ALL = {
    "ivr": {"queue", "phone_number", "voicemail", "message"},
    "mobile": {"scheduled_call", "email", "phone_number", "voicemail"},
    "web": {"scheduled_call", "email"},
    "sms": set(),
}
FOR_ONE = {
    "ivr": {"queue", "phone_number", "voicemail", "message"},
    "mobile": {"queue", "scheduled_call", "email", "phone_number", "voicemail"},
    "web": set(),
    "sms": {"message"},
}
WHEN = {
    "open": (OPEN_AT, ()),
    "over_capacity": (OPEN_AT, ("delivery", "returns", "billing")),
    "after_hours": (CLOSED_AT, ()),
    "holiday": (HOLIDAY_AT, ()),
}


@pytest.mark.parametrize("kind", [one.value for one in OptionKind])
@pytest.mark.parametrize("level", ["global", "queue", "parent"])
@pytest.mark.parametrize("condition", WHEN)
@pytest.mark.parametrize("menu", FOR_ALL)
def test_every_cell_of_the_table(menu: str, condition: str, level: str, kind: str) -> None:
    channel = MenuChannel(menu)
    wanted = plan(kind, queue="night", number="+81312345678", en="Later.")
    calls = CallDeflection(enabled=True, phone=plan(), pages=plan())
    if level == "global":
        made, place = settings(CallDeflection(enabled=True, phone=wanted, pages=wanted)), "billing"
    elif level == "queue":
        made, place = settings(calls, billing=wanted), "billing"
    else:
        made, place = settings(calls, orders=wanted), "orders"
    moment, full = WHEN[condition]

    found = deflection(made, tree=orders(channel), book=hours(holidays=(THANKS,))).decide(
        asked(place), moment, [QueueId(one) for one in full]
    )

    possible = kind in (FOR_ALL if level == "global" else FOR_ONE)[menu]
    deflected = condition in {"after_hours", "holiday"} and possible
    assert found.condition is Condition(condition)
    assert (found.plan.kinds if found.plan else ()) == ((OptionKind(kind),) if deflected else ())
    assert found.source is (Source(level) if deflected else None)
    assert found.redirect == (QueueId("night") if deflected and kind == "queue" else None)
    assert found.steps, "it says why"


@pytest.mark.parametrize("menu", [MenuChannel.MOBILE, MenuChannel.WEB])
@pytest.mark.parametrize("condition", WHEN)
@pytest.mark.parametrize("kind", [one.value for one in OptionKind])
def test_chats_are_deflected_to_the_address_alone(menu: MenuChannel, condition: str, kind: str) -> None:
    made = settings(chats=ChatDeflection(enabled=True, pages=plan(kind)))
    moment, full = WHEN[condition]

    found = deflection(made, tree=orders(menu), book=hours(holidays=(THANKS,))).decide(
        asked("billing", Channel.CHAT), moment, [QueueId(one) for one in full]
    )

    assert found.deflected is (condition in {"after_hours", "holiday"} and kind == "email")


@pytest.mark.parametrize("menu", [MenuChannel.IVR, MenuChannel.MOBILE, MenuChannel.WEB])
@pytest.mark.parametrize("service", list(Channel))
@pytest.mark.parametrize("condition", ["after_hours", "holiday"])
def test_switched_off_nothing_is_deflected_whatever_a_queue_says(
    menu: MenuChannel, service: Channel, condition: str
) -> None:
    made = settings(CallDeflection(), ChatDeflection(), billing=plan("queue", queue="night"))
    found = deflection(made, tree=orders(menu), book=hours(holidays=(THANKS,))).decide(
        asked("billing", service), WHEN[condition][0]
    )
    assert not found.deflected
    assert [one.code for one in found.steps] == [condition, "switched_off"]


def test_calls_and_chats_have_a_switch_each() -> None:
    mail = plan("email")
    made = settings(CallDeflection(enabled=True, pages=mail), ChatDeflection(pages=mail))
    web = deflection(made, tree=orders(MenuChannel.WEB))
    assert web.decide(asked("billing", Channel.CALL), CLOSED_AT).deflected
    assert not web.decide(asked("billing", Channel.CHAT), CLOSED_AT).deflected


# --- The hierarchy ---


def test_a_level_with_an_open_queue_is_passed_and_a_closed_queue_below_follows_its_own_or_the_one_for_all() -> None:
    made = settings(orders=plan("queue", queue="night"), returns=plan("phone_number", number="+81312345678"))
    book = hours(always=("night", "delivery"))

    found = deflection(made, book=book)

    level = found.decide(asked("orders"), CLOSED_AT)
    assert (level.condition, level.plan) == (Condition.OPEN, None)
    own = found.decide(asked("returns"), CLOSED_AT)
    assert own.plan is not None
    assert (own.source, own.plan.kinds) == (Source.QUEUE, (OptionKind.PHONE_NUMBER,))
    other = deflection(settings(orders=plan("queue", queue="night")), book=book).decide(asked("returns"), CLOSED_AT)
    assert other.plan is not None
    assert (other.source, other.plan.kinds) == (Source.GLOBAL, (OptionKind.MESSAGE,))


def test_a_level_is_passed_where_a_queue_below_says_something_for_itself_though_all_are_closed() -> None:
    made = settings(orders=plan("queue", queue="night"), returns=plan("message", en="Send it back tomorrow."))
    found = deflection(made).decide(asked("orders"), CLOSED_AT)
    assert (found.condition, found.plan) == (Condition.AFTER_HOURS, None)
    assert [one.code for one in found.steps] == ["after_hours", "all_below_closed", "below_own"]


@pytest.mark.parametrize(("level_open", "codes"), [(False, []), (True, ["level_open"])])
def test_a_level_with_everything_below_closed_follows_its_own_whether_it_is_open_itself_or_not(
    level_open: bool,  # noqa: FBT001 - the two cases of the hierarchy
    codes: list[str],
) -> None:
    points = EntryPoint(queues=(QueueId("orders"),))
    below = EntryPoint(queues=(QueueId("delivery"), QueueId("returns")))
    always = (custom("level", points), custom("below", below, hours=office())) if level_open else ()
    book = HoursBook(SupportCenter(weekly=office()), always)

    found = deflection(settings(orders=plan("queue", queue="night")), book=book).decide(asked("orders"), CLOSED_AT)

    assert (found.source, found.redirect) == (Source.PARENT, QueueId("night"))
    assert [one.code for one in found.steps] == ["after_hours", "all_below_closed", *codes, "own"]


def test_a_level_that_says_nothing_follows_the_one_for_all() -> None:
    found = deflection(settings()).decide(asked("orders"), CLOSED_AT)
    assert found.source is Source.GLOBAL


def test_of_a_level_only_queues_count_that_consumers_can_choose() -> None:
    made = deflection(settings(orders=plan("queue", queue="night")), book=hours(always=("night", "delivery")))
    hidden = type(made)(made.settings, made.tree, made.book, offered=lambda one: one.id != QueueId("delivery"))
    assert made.decide(asked("orders"), CLOSED_AT).condition is Condition.OPEN
    assert hidden.decide(asked("orders"), CLOSED_AT).redirect == QueueId("night")


def test_hours_are_those_of_the_language_and_the_channel() -> None:
    made = HoursBook(
        SupportCenter(weekly=office()),
        (
            custom("english", EntryPoint(languages=("en",))),
            custom("chats", EntryPoint(channel=Channel.CHAT), hours=office()),
        ),
    )
    found = deflection(settings(), book=made)
    assert found.decide(asked("billing", language="en"), CLOSED_AT).condition is Condition.OPEN
    assert found.decide(asked("billing", language="ja"), CLOSED_AT).condition is Condition.AFTER_HOURS
    assert found.decide(asked("billing", Channel.CHAT, "ja"), CLOSED_AT).condition is Condition.AFTER_HOURS


def test_what_is_not_there_is_not_decided() -> None:
    with pytest.raises(NotFoundError):
        deflection(settings()).decide(asked("nowhere"), CLOSED_AT)


# --- From queue to queue ---


def test_who_is_sent_on_is_followed_to_the_end() -> None:
    made = settings(billing=plan("queue", queue="delivery"), delivery=plan("queue", queue="night"))
    found = deflection(made).follow(asked("billing"), CLOSED_AT)
    assert [one.asked.node for one in found] == ["billing", "delivery", "night"]
    assert found[-1].condition is Condition.OPEN


def test_who_would_come_back_to_where_he_was_goes_no_further() -> None:
    made = settings(billing=plan("queue", queue="delivery"), delivery=plan("queue", queue="billing"))
    found = deflection(made).follow(asked("billing"), CLOSED_AT)
    assert [one.asked.node for one in found] == ["billing", "delivery"]
    assert found[-1].redirect == "billing"


def test_a_queue_that_is_gone_is_not_followed() -> None:
    found = deflection(settings(billing=plan("queue", queue="gone"))).follow(asked("billing"), CLOSED_AT)
    assert [one.asked.node for one in found] == ["billing"]


# --- The clock ---


def decided(book: HoursBook, moment: str, zone: str = "Asia/Tokyo", fold: int = 0) -> Condition:
    made: DeflectionSettings = settings()
    found = deflection(made, book=book).decide(Asked(QueueId("billing"), Channel.CALL, "en"), at(moment, zone, fold))
    assert found.deflected is (found.condition is not Condition.OPEN)
    return found.condition


OPEN, SHUT, HOLIDAY = Condition.OPEN, Condition.AFTER_HOURS, Condition.HOLIDAY


@pytest.mark.parametrize(
    ("moment", "condition"),
    [
        ("2026-11-24 08:59:59", SHUT),
        ("2026-11-24 09:00:00", OPEN),
        ("2026-11-24 17:59:59", OPEN),
        ("2026-11-24 18:00:00", SHUT),
    ],
)
def test_one_second_before_and_after_opening_and_closing(moment: str, condition: Condition) -> None:
    assert decided(hours(), moment) is condition


@pytest.mark.parametrize(
    ("moment", "condition"),
    [
        ("2026-11-24 23:59:59", OPEN),
        ("2026-11-25 00:00:00", OPEN),
        ("2026-11-25 01:59:59", OPEN),
        ("2026-11-25 02:00:00", SHUT),
        ("2026-11-24 21:59:59", SHUT),
    ],
)
def test_over_midnight(moment: str, condition: Condition) -> None:
    assert decided(HoursBook(SupportCenter(weekly=weekly("22:00-02:00"))), moment) is condition


@pytest.mark.parametrize(
    ("moment", "fold", "condition"),
    [
        ("2026-03-08 01:59:59", 0, SHUT),
        ("2026-03-08 03:00:00", 0, OPEN),  # What the clock skips is not there to be closed in.
        ("2026-11-01 01:29:59", 0, SHUT),
        ("2026-11-01 01:59:59", 1, SHUT),
        ("2026-11-01 02:30:00", 0, OPEN),
    ],
)
def test_on_the_days_when_clocks_change(moment: str, fold: int, condition: Condition) -> None:
    book = HoursBook(SupportCenter(zone=NEW_YORK, weekly=weekly("02:30-18:00")))
    assert decided(book, moment, NEW_YORK, fold) is condition


@pytest.mark.parametrize(
    ("moment", "condition"),
    [
        ("2026-11-24 09:00:00", OPEN),
        ("2026-11-24 12:59:59", OPEN),
        ("2026-11-24 13:00:00", HOLIDAY),
        ("2026-11-24 17:59:59", HOLIDAY),
        ("2026-11-25 00:00:00", SHUT),
    ],
)
def test_on_a_holiday_of_half_a_day(moment: str, condition: Condition) -> None:
    assert decided(hours(holidays=(HALF_DAY,)), moment) is condition


def test_it_is_a_holiday_for_a_level_where_it_is_one_for_everything_below() -> None:
    some, every = hours(holidays=(THANKS,), never=("returns",)), hours(holidays=(THANKS,))
    conditions = [
        deflection(settings(), book=book).decide(asked("orders"), HOLIDAY_AT).condition for book in (some, every)
    ]
    assert conditions == [SHUT, HOLIDAY]


def test_each_pair_of_condition_and_source_is_told_apart_by_its_steps() -> None:
    book = hours(holidays=(THANKS,))
    told = {
        tuple(step.code for step in deflection(made, book=book).decide(asked(place), moment).steps)
        for made, place, moment in product(
            [settings(), settings(billing=plan("message"))], ["billing"], [OPEN_AT, CLOSED_AT, HOLIDAY_AT]
        )
    }
    assert told == {
        ("open",),
        ("after_hours", "no_own", "common"),
        ("holiday", "no_own", "common"),
        ("after_hours", "own"),
        ("holiday", "own"),
    }
