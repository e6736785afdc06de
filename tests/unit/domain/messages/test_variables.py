"""Variables in texts: what is refused, where, and how values are said."""

from datetime import UTC, datetime

import pytest

from madoguchi.domain.messages.variables import Fault, TextFault, Variable, faults, filled, samples, spoken

ALLOWED = (Variable.COMPANY, Variable.QUEUE, Variable.KEY)
LONGEST = 60


def kinds(text: str, *required: Variable) -> list[tuple[TextFault, int, str]]:
    return [(one.kind, one.position, one.name) for one in faults(text, ALLOWED, required, LONGEST)]


@pytest.mark.req("BASE-6")
def test_a_text_with_known_variables_is_accepted() -> None:
    assert kinds("For @{QUEUE} of @{COMPANY}, press @{KEY}.", Variable.KEY) == []


@pytest.mark.req("BASE-6")
@pytest.mark.parametrize(
    ("text", "kind", "position", "name"),
    [
        ("Hello @{COMPANI}!", TextFault.UNKNOWN_VARIABLE, 6, "COMPANI"),
        ("Hello @{company}!", TextFault.UNKNOWN_VARIABLE, 6, "company"),
        ("Hello @{}!", TextFault.UNKNOWN_VARIABLE, 6, ""),
        ("ようこそ@{AGENT}です", TextFault.MISPLACED_VARIABLE, 4, "AGENT"),
        ("Hello @{COMPANY and more", TextFault.UNCLOSED_VARIABLE, 6, "COMPANY"),
        ("Hello @{", TextFault.UNCLOSED_VARIABLE, 6, ""),
        ("   ", TextFault.EMPTY, 0, ""),
        ("x" * (LONGEST + 1), TextFault.TOO_LONG, LONGEST, ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, kind: TextFault, position: int, name: str) -> None:
    assert kinds(text) == [(kind, position, name)]


def test_a_variable_that_cannot_be_missed_is_asked_for() -> None:
    assert kinds("Press a key.", Variable.KEY) == [(TextFault.MISSING_VARIABLE, 12, "KEY")]


def test_all_faults_come_in_order_of_their_place() -> None:
    found = faults("@{A} and @{AGENT", ALLOWED, (), LONGEST)
    assert found == (Fault(TextFault.UNKNOWN_VARIABLE, 0, "A"), Fault(TextFault.UNCLOSED_VARIABLE, 9, "AGENT"))


def test_a_variable_without_value_stays_out() -> None:
    assert filled("[@{QUEUE}] [@{KEY}]", {"KEY": "1"}) == "[] [1]"


@pytest.mark.req("BASE-5")
@pytest.mark.parametrize(
    ("name", "value", "english", "japanese"),
    [
        ("POSITION", 1234, "1,234", "1234"),
        ("ESTIMATED_WAIT_TIME_IN_MINUTES", 1, "1 minute", "1分"),
        ("ESTIMATED_WAIT_TIME_IN_MINUTES", 5, "5 minutes", "5分"),
        ("NEXT_REOPEN_HOUR", datetime(2026, 11, 30, 9, 30, tzinfo=UTC), "9:30 AM", "午前9時30分"),
        ("NEXT_REOPEN_HOUR", datetime(2026, 11, 30, 18, 0, tzinfo=UTC), "6 PM", "午後6時"),
        ("NEXT_REOPEN_HOUR", datetime(2026, 11, 30, 0, 0, tzinfo=UTC), "12 AM", "午前0時"),
        ("NEXT_REOPEN_HOUR", datetime(2026, 11, 30, 12, 5, tzinfo=UTC), "12:05 PM", "午後0時5分"),
        ("QUEUE", "返品", "返品", "返品"),
    ],
)
def test_values_are_said_in_the_way_of_the_language(
    name: str, value: str | int | datetime, english: str, japanese: str
) -> None:
    assert spoken(name, value, "en") == english
    assert spoken(name, value, "ja") == japanese


@pytest.mark.parametrize("language", ["en", "ja", "ko"])
def test_every_variable_but_the_organisations_name_has_a_sample(language: str) -> None:
    assert set(samples(language)) == {one.value for one in Variable} - {"COMPANY"}
