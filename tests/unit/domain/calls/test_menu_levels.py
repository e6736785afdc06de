"""The phone menu's levels: down, back, again, and what becomes of who makes no choice."""

from datetime import timedelta

import pytest

from madoguchi.domain.calls.call import Stage, Timer
from madoguchi.domain.calls.commands import CallDue, KeysPressed, LegUp
from madoguchi.domain.calls.lifecycle import CallState, EndReason
from madoguchi.domain.queues.menu import Entry, Manner, PhoneMenu
from madoguchi.domain.queues.queue import RecordingPolicy
from madoguchi.testing.builders import CONSUMER_LEG, CallScript, a_call, a_queue

pytestmark = pytest.mark.req("BASE-4")

DELIVERY, RETURNS, EXCHANGES = a_queue("delivery"), a_queue("returns"), a_queue("exchanges")
BILLING, HELP = a_queue("billing"), a_queue("help")


def level(key: int, name: str, *entries: Entry, manner: Manner | None = None) -> Entry:
    return Entry(key, {"en": name, "ja": name}, entries=entries, manner=manner or Manner())


BACK = level(2, "Sending back", Entry.of(RETURNS, 1), Entry.of(EXCHANGES, 2))
ORDERS = level(1, "Orders", Entry.of(DELIVERY, 1), BACK)
MENU = PhoneMenu((ORDERS, Entry.of(BILLING, 3)))


def begun(menu: PhoneMenu = MENU) -> CallScript:
    script = a_call(menu=menu)
    script.tell(LegUp(CONSUMER_LEG))
    return script


def press(script: CallScript, keys: str) -> None:
    script.tell(KeysPressed(CONSUMER_LEG, keys))


def heard(script: CallScript) -> list[str]:
    playing = script.call.consumer_party.playing
    return [line.text for line in playing.lines] if playing is not None else []


def chosen(script: CallScript) -> str:
    return script.call.queue.id if script.call.queue is not None else ""


def test_the_top_level_is_said_with_the_keys_of_its_choices() -> None:
    assert heard(begun()) == [
        "Thank you for calling Madoguchi.",
        "For Orders, press 1.",
        "For Billing, press 3.",
        "To hear this again, press star.",
    ]


def test_a_key_leads_to_the_level_below_also_while_the_menu_is_being_said() -> None:
    script = begun()
    press(script, "1")
    assert heard(script) == [
        "For Delivery, press 1.",
        "For Sending back, press 2.",
        "To go back, press 0.",
        "To hear this again, press star.",
    ]
    press(script, "1")
    assert (chosen(script), script.call.state) == ("queue_delivery", CallState.QUEUED)


def test_who_knows_the_way_presses_all_keys_at_once() -> None:
    script = begun()
    press(script, "122")
    assert chosen(script) == "queue_exchanges"


def test_zero_leads_back_to_the_level_above_with_a_clean_slate() -> None:
    script = begun()
    press(script, "12")
    press(script, "98")
    assert script.call.mistakes == 2

    press(script, "0")

    assert (script.call.path, script.call.mistakes, heard(script)[0]) == ((1,), 0, "For Delivery, press 1.")
    press(script, "0")
    assert (script.call.path, heard(script)[0]) == ((), "For Orders, press 1."), "no second greeting"
    press(script, "3")
    assert chosen(script) == "queue_billing"


def test_star_says_the_level_again_but_not_for_ever() -> None:
    script = begun(PhoneMenu((level(1, "Orders", *ORDERS.entries, manner=Manner(repeats=2)), Entry.of(BILLING, 2))))
    press(script, "1**")
    assert (script.call.path, script.call.repeats, script.call.mistakes) == ((1,), 2, 0)
    press(script, "*")
    assert (script.call.mistakes, heard(script)[0]) == (1, "Sorry, this is not one of the choices.")


def test_a_wrong_key_is_complained_of_and_the_level_said_again() -> None:
    script = begun()
    press(script, "17")
    assert heard(script)[:2] == ["Sorry, this is not one of the choices.", "For Delivery, press 1."]
    assert script.call.path == (1,)


def test_silence_is_waited_for_as_long_as_the_level_says_and_then_it_is_said_again() -> None:
    patient = level(1, "Orders", *ORDERS.entries, manner=Manner(wait=timedelta(seconds=12)))
    script = begun(PhoneMenu((patient, Entry.of(BILLING, 3))))
    press(script, "1")
    script.hear_out()
    assert script.call.stage is Stage.CHOOSING
    assert script.call.timers[Timer.CHOICE] == script.now + timedelta(seconds=12)
    script.tell(CallDue(), after_s=12)
    assert heard(script)[:2] == ["Sorry, I did not notice a choice.", "For Delivery, press 1."]
    press(script, "1")
    assert chosen(script) == "queue_delivery", "the tries of before do not matter any more"


def test_after_the_last_try_he_hears_goodbye() -> None:
    script = begun(PhoneMenu(MENU.entries, Manner(tries=2)))
    press(script, "9")
    assert heard(script)[0] == "Sorry, this is not one of the choices."
    press(script, "9")
    assert script.call.stage is Stage.GOODBYE
    script.hear_out()
    assert script.call.end_reason is EndReason.NO_CHOICE


@pytest.mark.parametrize("keys", ["99", "199"])
def test_or_the_default_queue_takes_him(keys: str) -> None:
    manner = Manner(tries=2, default=HELP.id)
    orders = level(1, "Orders", *ORDERS.entries, manner=manner)
    script = begun(PhoneMenu((orders, Entry.of(BILLING, 3)), manner, (HELP,)))
    press(script, keys)
    assert (chosen(script), script.call.state) == ("queue_help", CallState.QUEUED)


def test_the_default_queue_takes_who_takes_too_long_too() -> None:
    script = begun(PhoneMenu(MENU.entries, Manner(default=HELP.id), (HELP,)))
    script.tell(CallDue(), after_s=180)
    assert chosen(script) == "queue_help"


def test_a_default_queue_that_is_gone_means_goodbye() -> None:
    script = begun(PhoneMenu(MENU.entries, Manner(tries=1, default=HELP.id)))
    press(script, "9")
    assert script.call.stage is Stage.GOODBYE


def test_a_level_with_one_choice_is_passed_in_both_directions() -> None:
    narrow = level(1, "Shop", level(1, "Orders", Entry.of(RETURNS, 1), Entry.of(EXCHANGES, 2)))
    script = begun(PhoneMenu((narrow, Entry.of(BILLING, 2))))
    press(script, "1")
    assert (script.call.path, heard(script)[0]) == ((1, 1), "For Returns, press 1.")
    press(script, "0")
    assert (script.call.path, heard(script)[0]) == ((), "For Shop, press 1.")


def test_a_menu_with_one_queue_is_no_menu_however_deep_it_lies() -> None:
    script = begun(PhoneMenu((level(4, "Shop", level(2, "Orders", Entry.of(RETURNS, 7))),)))
    assert (chosen(script), script.call.round) == ("queue_returns", 0)


def test_where_only_one_way_led_down_zero_says_the_level_again() -> None:
    script = begun(PhoneMenu((level(1, "Shop", Entry.of(RETURNS, 1), Entry.of(EXCHANGES, 2)),)))
    assert script.call.path == (1,)
    press(script, "0")
    assert (script.call.path, script.call.repeats, script.call.mistakes) == ((1,), 1, 0)


def test_the_question_about_the_recording_comes_after_the_last_level() -> None:
    asking = a_queue("claims", recording=RecordingPolicy.ASK_PERMISSION)
    script = begun(PhoneMenu((level(1, "Orders", Entry.of(asking, 1), Entry.of(RETURNS, 2)), Entry.of(BILLING, 2))))
    press(script, "11")
    assert script.call.stage is Stage.ASKING
    press(script, "1")
    assert (chosen(script), script.call.may_record) == ("queue_claims", False)
