"""Which texts name a site that may embed the portal."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.domain.embedding.origins import MOST, checked, is_origin
from madoguchi.kernel.fields import InvalidFieldsError

pytestmark = pytest.mark.req("BASE-11")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://crm.example.com", "https://crm.example.com"),
        (" https://CRM.example.com/ ", "https://crm.example.com"),
        ("https://crm.example.com:443", "https://crm.example.com"),
        ("https://crm.example.com:8443", "https://crm.example.com:8443"),
        ("https://顧客.example", "https://xn--5os924k.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ],
)
def test_a_site_is_kept_as_browsers_write_it(typed: str, kept: str) -> None:
    if "顧" in typed:
        kept = "https://" + urlsplit(typed).netloc.encode("idna").decode()
    assert checked([typed]) == (kept,)
    assert is_origin(kept)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "no_origin"),
        ("crm.example.com", "no_origin"),
        ("javascript:alert(1)", "no_origin"),
        ("ftp://crm.example.com", "no_origin"),
        ("https://", "no_origin"),
        ("https://user:secret@crm.example.com", "no_origin"),
        ("https://crm.example.com:0", "no_origin"),
        ("https://crm.example.com:99999", "no_origin"),
        ("https://crm example.com", "no_origin"),
        ("https://crm.example.com; script-src x", "no_origin"),
        ("https://crm.example.com\n", ""),
        ("'self'", "no_origin"),
        ("*", "wildcard"),
        ("https://*.example.com", "wildcard"),
        ("https://crm.example.com/page", "path"),
        ("https://crm.example.com?x=1", "path"),
        ("https://crm.example.com/#x", "path"),
        ("http://crm.example.com", "https"),
        ("http://localhost.example.com", "https"),
    ],
)
def test_what_is_no_site_is_refused_with_its_place_and_reason(typed: str, reason: str) -> None:
    if not reason:
        assert checked([typed]) == (typed.strip(),)
        return
    with pytest.raises(InvalidFieldsError) as refused:
        checked(["https://fine.example", typed])
    assert [(one.field, one.reason) for one in refused.value.errors] == [("origins.1", reason)]
    assert not is_origin(typed)


def test_a_site_is_listed_once_and_there_is_an_end() -> None:
    with pytest.raises(InvalidFieldsError) as twice:
        checked(["https://a.example", "https://A.example/"])
    assert [(one.field, one.reason) for one in twice.value.errors] == [("origins.1", "twice")]
    with pytest.raises(InvalidFieldsError) as many:
        checked([f"https://crm{n}.example" for n in range(MOST + 1)])
    assert [(one.field, one.reason) for one in many.value.errors] == [("origins", "too_many")]


@given(st.text(max_size=60) | st.from_regex(r"https?://\S{1,40}", fullmatch=True))
def test_whatever_is_kept_is_one_source_of_a_policy_and_stays_what_it_is(typed: str) -> None:
    try:
        (kept,) = checked([typed])
    except InvalidFieldsError:
        return
    assert not set(kept) & set(" ;,'\"*\\\n\t")
    assert checked([kept]) == (kept,)
    assert is_origin(kept)
