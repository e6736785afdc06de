"""What holds for every text that somebody may type."""

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.messages.registry import LONGEST_TEXT
from madoguchi.domain.messages.variables import TextFault, Variable, faults, filled

NAMES = [one.value for one in Variable]
pieces = st.one_of(
    st.text(max_size=20),
    st.sampled_from([f"@{{{name}}}" for name in NAMES]),
    st.sampled_from(["@{", "}", "@", "{", "@{NOBODY}", "@{queue}", "@@{QUEUE}", "@{QUEUE@{KEY}"]),
)
texts = st.lists(pieces, max_size=8).map("".join)
allowed = st.sets(st.sampled_from(Variable))


@given(texts, allowed)
def test_an_accepted_text_says_no_placeholder_when_all_values_are_known(text: str, can: set[Variable]) -> None:
    if not faults(text, can, (), LONGEST_TEXT):
        assert "@{" not in filled(text, {one.value: "x" for one in can})


@given(texts, allowed)
def test_every_fault_points_into_the_text(text: str, can: set[Variable]) -> None:
    for fault in faults(text, can, tuple(Variable), LONGEST_TEXT):
        assert 0 <= fault.position <= len(text)
        if fault.kind in {TextFault.UNKNOWN_VARIABLE, TextFault.MISPLACED_VARIABLE}:
            assert text[fault.position :].startswith(f"@{{{fault.name}}}")


@given(texts)
def test_more_variables_never_make_an_accepted_text_wrong(text: str) -> None:
    if not faults(text, (), (), LONGEST_TEXT):
        assert not faults(text, tuple(Variable), (), LONGEST_TEXT)
