"""What is found wrong with deflections, and where."""

from dataclasses import replace

import pytest

from madoguchi.domain.deflection.lint import Fault, Finding, World, findings
from madoguchi.domain.deflection.plan import (
    GIVEN,
    POSSIBLE,
    CallDeflection,
    ChatDeflection,
    DeflectionSettings,
    Plan,
    QueueDeflection,
)
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import Tree
from madoguchi.kernel.ids import QueueId
from tests.unit.domain.deflection.builders import CLOSED_AT, EMAIL, deflection, hours, node, orders, plan, settings

pytestmark = pytest.mark.req("DEF-11")


def world(
    made: DeflectionSettings,
    *,
    menu: MenuChannel = MenuChannel.IVR,
    never: tuple[str, ...] = (),
    everything: bool = True,
) -> World:
    return World(
        deflection(made, tree=orders(menu), book=hours(never=never)),
        live=("ja", "en"),
        email=EMAIL,
        given=POSSIBLE if everything else GIVEN,
    )


def found(world: World) -> list[Finding]:
    return list(findings(world, CLOSED_AT))


def faults(world: World) -> list[tuple[Fault, str, str]]:
    return [(one.fault, one.place, one.field) for one in found(world)]


def for_all(own: Plan) -> DeflectionSettings:
    return settings(CallDeflection(enabled=True, phone=own))


def test_nothing_is_wrong_with_settings_as_they_come_nor_with_good_ones() -> None:
    assert faults(world(DeflectionSettings())) == []
    good = settings(
        CallDeflection(
            enabled=True, phone=plan("queue", queue="night"), pages=plan("email", "phone_number", number="+81")
        ),
        ChatDeflection(enabled=True, pages=plan("email")),
        billing=plan("queue", queue="delivery"),
        delivery=plan("message", en="Later.", ja="後ほど。"),
        orders=plan("phone_number", number="+81312345678"),
    )
    assert faults(world(good)) == []


def test_a_loop_of_two_queues_is_found_from_both_with_the_way_that_it_takes() -> None:
    made = settings(billing=plan("queue", queue="delivery"), delivery=plan("queue", queue="billing"))
    assert [(one.fault, one.place, one.params) for one in found(world(made))] == [
        (Fault.LOOP, "billing", {"path": "billing delivery billing"}),
        (Fault.LOOP, "delivery", {"path": "delivery billing delivery"}),
    ]
    assert all(one.refused for one in found(world(made)))


def test_a_queue_that_sends_to_itself_is_a_loop() -> None:
    assert faults(world(settings(billing=plan("queue", queue="billing")))) == [(Fault.LOOP, "billing", "queue")]


def test_a_loop_through_the_queue_for_all_is_found() -> None:
    made = settings(
        CallDeflection(enabled=True, phone=plan("queue", queue="night")), night=plan("queue", queue="billing")
    )
    assert [(one.fault, one.place, one.params) for one in found(world(made))] == [
        (Fault.LOOP, "calls.phone", {"path": "night billing night"}),
        (Fault.LOOP, "night", {"path": "night billing night"}),
    ]


def test_the_queue_for_all_that_follows_what_holds_for_all_is_no_loop() -> None:
    assert faults(world(for_all(plan("queue", queue="billing")))) == []


@pytest.mark.parametrize(
    ("own", "fault", "part"),
    [
        (plan("queue", queue="gone"), Fault.QUEUE_MISSING, "queue"),
        (plan("queue"), Fault.QUEUE_MISSING, "queue"),
        (plan("queue", queue="orders"), Fault.QUEUE_ELSEWHERE, "queue"),
        (plan("queue", queue="returns"), Fault.QUEUE_NEVER_OPEN, "queue"),
        (plan("phone_number"), Fault.NUMBER_MISSING, "number"),
        (plan(), Fault.NOTHING_CHOSEN, "kinds"),
        (plan("message", en="Later."), Fault.TEXT_MISSING, "texts"),
        (plan("email"), Fault.NOT_HERE, "kinds"),
    ],
)
def test_dead_ends_are_found_for_all_calls_and_for_one_queue(own: Plan, fault: Fault, part: str) -> None:
    assert faults(world(for_all(own), never=("returns",))) == [(fault, "calls.phone", part)]
    assert faults(world(settings(billing=own), never=("returns",))) == [(fault, "billing", part)]


def test_several_options_on_the_phone_are_too_many() -> None:
    made = settings(billing=plan("message", "phone_number", number="+81"))
    assert (Fault.ONE_ONLY, "billing", "kinds") in faults(world(made))


def test_a_queue_that_never_opens_but_sends_on_itself_is_no_dead_end() -> None:
    made = settings(billing=plan("queue", queue="returns"), returns=plan("queue", queue="night"))
    assert faults(world(made, never=("returns",))) == []


def test_a_deleted_queue_is_missing_and_its_own_settings_do_not_matter_any_more() -> None:
    made = settings(billing=plan("queue", queue="night"), night=plan("phone_number"))
    tree = Tree.of(tuple(replace(one, deleted=one.id == "night") for one in orders().nodes.values()))
    looked_at = replace(world(made), deflection=deflection(made, tree=tree))
    assert faults(looked_at) == [(Fault.QUEUE_MISSING, "billing", "queue")]


def test_a_level_that_sends_to_a_queue_below_itself_sends_to_a_closed_one() -> None:
    assert faults(world(settings(orders=plan("queue", queue="returns")))) == [(Fault.QUEUE_BELOW, "orders", "queue")]


def test_voicemail_needs_somebody_who_is_assigned() -> None:
    made = settings(billing=plan("voicemail"), orders=plan("voicemail"))
    staffed = world(made)
    assert faults(staffed) == []
    nobody = Tree.of(tuple(replace(one, assignments=()) for one in orders().nodes.values()))
    alone = replace(staffed, deflection=deflection(made, tree=nobody))
    assert faults(alone) == [(Fault.VOICEMAIL_NOBODY, "billing", "kinds"), (Fault.VOICEMAIL_NOBODY, "orders", "kinds")]


def test_the_usual_message_that_cannot_be_said_is_told_and_refuses_nothing() -> None:
    made = replace(world(for_all(plan("message"))), unsaid=("zh",))
    (one,) = found(made)
    assert (one.fault, one.params["language"], one.refused) == (Fault.MESSAGE_MISSING, "zh", False)


def test_the_address_that_is_missing_is_told() -> None:
    made = settings(
        CallDeflection(enabled=True, pages=plan("email")), ChatDeflection(enabled=True, pages=plan("email"))
    )
    looked_at = replace(world(made), email="")
    assert faults(looked_at) == [
        (Fault.EMAIL_MISSING, "calls.pages", "kinds"),
        (Fault.EMAIL_MISSING, "chats.pages", "kinds"),
    ]


def test_in_an_app_another_queue_excludes_everything_else() -> None:
    made = settings(billing=plan("queue", "email", queue="night"))
    assert faults(world(made, menu=MenuChannel.MOBILE)) == [(Fault.QUEUE_EXCLUDES, "billing", "kinds")]


def test_options_go_by_the_menu() -> None:
    assert faults(world(settings(billing=plan("email")), menu=MenuChannel.WEB)) == [
        (Fault.NOT_HERE, "billing", "kinds")
    ]
    assert faults(world(settings(billing=plan("message", en="Later.")), menu=MenuChannel.SMS)) == [
        (Fault.TEXT_MISSING, "billing", "texts")
    ]
    chats = settings(chats=ChatDeflection(enabled=True, pages=plan("voicemail")))
    assert faults(world(chats)) == [(Fault.NOT_HERE, "chats.pages", "kinds")]
    pages = settings(CallDeflection(enabled=True, pages=plan("queue", queue="night")))
    assert (Fault.NOT_HERE, "calls.pages", "kinds") in faults(world(pages))


@pytest.mark.parametrize(
    ("menu", "kind"),
    [
        (MenuChannel.IVR, "voicemail"),
        (MenuChannel.MOBILE, "voicemail"),
        (MenuChannel.MOBILE, "scheduled_call"),
        (MenuChannel.SMS, "message"),
    ],
)
def test_what_cannot_be_carried_out_yet_is_refused(menu: MenuChannel, kind: str) -> None:
    made = settings(billing=plan(kind, en="Later.", ja="後ほど。"))
    (one,) = found(world(made, menu=menu, everything=False))
    assert (one.fault, one.place, one.params, one.refused) == (Fault.NOT_GIVEN, "billing", {"kind": kind}, True)


def test_what_is_switched_off_is_not_looked_at() -> None:
    off = DeflectionSettings(
        CallDeflection(phone=plan("queue", queue="gone")),
        ChatDeflection(pages=plan("voicemail")),
        {QueueId("billing"): QueueDeflection(QueueId("billing"), plan=plan("queue", queue="billing"))},
    )
    assert faults(world(off)) == []


def test_a_queue_of_another_menu_is_not_one_to_send_to() -> None:
    made = settings(billing=plan("queue", queue="app"))
    nodes = (*orders().nodes.values(), node("app", menu=MenuChannel.MOBILE))
    looked_at = replace(world(made), deflection=deflection(made, tree=Tree.of(nodes)))
    assert faults(looked_at) == [(Fault.QUEUE_ELSEWHERE, "billing", "queue")]
