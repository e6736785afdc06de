"""Settings > Text messages, played against a backend from memory."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.catalogues import LOOKS, look, problem
from tests.e2e.portal.conftest import OpenPortal, Portal
from tests.e2e.portal.rows import Row
from tests.e2e.portal.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.req("CH-4")]

PATH = "/settings/sms"
SMSC: Row = {
    "id": "sms_1",
    "version": 3,
    "name": "Carrier",
    "carrier": "smpp",
    "enabled": True,
    "host": "smsc.example.com",
    "port": 2775,
    "system_id": "we",
    "system_type": "",
    "base_url": "",
    "account": "",
    "has_secret": True,
    "up": False,
    "trouble": "ESME_RINVPASWD",
    "message_url": "",
    "status_url": "",
}
HOOKED: Row = SMSC | {
    "id": "sms_2",
    "name": "Cloud",
    "carrier": "http",
    "base_url": "https://api.example.com",
    "account": "AC1",
    "up": True,
    "trouble": "",
    "message_url": "https://desk.example.com/api/v1/sms/sms_2/message",
    "status_url": "https://desk.example.com/api/v1/sms/sms_2/status",
}
PLACES: list[Row] = [
    {"id": "queue_1", "path": [{"en": "Orders", "ja": "ご注文"}], "leaf": True},
    {"id": "queue_2", "path": [{"en": "Service", "ja": "サービス"}], "leaf": False},
    {"id": "queue_3", "path": [{"en": "Service", "ja": "サービス"}, {"en": "Returns", "ja": "返品"}], "leaf": True},
]
NUMBER: Row = {
    "id": "number_1",
    "version": 2,
    "number": "+815012345678",
    "connection": "sms_1",
    "place": "queue_3",
    "language": "ja",
    "keywords": [{"word": "返金", "queue": "queue_3"}],
    "help_text": "",
}


def has(backend: Backend, *, connections: Any = (SMSC, HOOKED), numbers: Any = (NUMBER,)) -> None:
    told = {"connections": list(connections), "numbers": list(numbers), "places": PLACES}
    backend.answers["GET", PATH] = (200, told)


def the_page(open_portal: OpenPortal, **more: Any) -> Portal:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["settings.sms.edit"]
        has(backend)

    return open_portal(scene, PATH, **more)


def faults(*wrong: tuple[str, str]) -> tuple[int, Row]:
    errors = [{"field": field, "reason": reason, "detail": "x", "params": {}} for field, reason in wrong]
    status, body = problem(422, "invalid_fields", wrong[0][0] if len(wrong) == 1 else None)
    return status, body | {"errors": errors}


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_page_and_its_dialogs_have_no_violation(
    open_portal: OpenPortal, language: str, theme: str, width: int
) -> None:
    portal = the_page(open_portal, language=language, theme=theme, width=width)
    page, name = portal.page, f"sms-{language}-{theme}-{width}"
    page.locator(".catalogue-row").nth(2).wait_for()
    look(page, name)
    assert violations(page, "best-practice") == []
    for row in (1, 2):
        page.locator(".catalogue-row").nth(row).get_by_role("button").first.click()
        page.get_by_role("dialog").get_by_role("textbox").first.wait_for()
        look(page, f"{name}-dialog-{row}")
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert portal.complaints == []


def test_a_connection_is_added_and_what_is_wrong_stands_beside_each_field(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Add a connection").click()
    dialog = page.get_by_role("dialog", name="Add a connection")
    backend.answers["POST", f"{PATH}/connections"] = faults(("name", "length"), ("host", "host"))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Name")).to_have_accessible_description(re.compile("Too long, or empty"))
    expect(dialog.get_by_label("Host of the SMSC")).to_have_accessible_description(re.compile("name or address"))

    dialog.get_by_label("Name").fill("Second")
    dialog.get_by_label("Host of the SMSC").fill("10.0.0.1")
    dialog.get_by_label("Port").fill("２７７６")
    dialog.get_by_label("System ID").fill("us")
    dialog.get_by_label("Password").fill("hidden")
    backend.answers["POST", f"{PATH}/connections"] = (201, {"id": "sms_3"})
    has(backend, connections=(SMSC, SMSC | {"id": "sms_3", "name": "Second", "up": True}))
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit Second")).to_be_visible()
    sent = [body for method, path, body in backend.asked if (method, path) == ("POST", f"{PATH}/connections")][-1]
    assert (sent["host"], sent["port"], sent["secret"], sent["carrier"]) == ("10.0.0.1", 2776, "hidden", "smpp")


def test_a_secret_is_never_shown_and_kept_unless_a_new_one_is_written(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal)
    page, backend = portal.page, portal.backend
    expect(page.get_by_text("Not connected: the password is wrong")).to_be_visible()
    page.get_by_role("button", name="Edit Carrier").click()
    dialog = page.get_by_role("dialog", name="Edit the connection")
    expect(dialog.get_by_label("Password")).to_have_value("")
    backend.answers["PUT", f"{PATH}/connections/sms_1"] = (204, None)
    dialog.get_by_label("Name").fill("Renamed")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    sent = [body for method, path, body in backend.asked if (method, path) == ("PUT", f"{PATH}/connections/sms_1")][-1]
    assert (sent["name"], sent["secret"], sent["version"]) == ("Renamed", None, 3)


def test_the_addresses_for_an_http_carrier_are_shown(open_portal: OpenPortal) -> None:
    page = the_page(open_portal).page
    page.get_by_role("button", name="Edit Cloud").click()
    expect(page.get_by_label("Address for incoming texts")).to_have_value(HOOKED["message_url"])


def test_a_number_is_changed_with_its_keywords(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal)
    page, backend = portal.page, portal.backend
    expect(page.get_by_text("Service > Returns")).to_be_visible()
    page.get_by_role("button", name="Edit +815012345678").click()
    dialog = page.get_by_role("dialog", name="Edit the number")
    dialog.get_by_label("Leads to").select_option(label="The whole menu")
    dialog.get_by_role("button", name="Add a keyword").click()
    dialog.get_by_label("Keyword 2", exact=True).fill("STOP")
    backend.answers["PUT", f"{PATH}/numbers/number_1"] = faults(("keywords.1.word", "reserved"))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Keyword 2", exact=True)).to_have_accessible_description(re.compile("such as STOP"))
    dialog.get_by_label("Keyword 2", exact=True).fill("Order")
    backend.answers["PUT", f"{PATH}/numbers/number_1"] = (204, None)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    sent = [body for method, path, body in backend.asked if (method, path) == ("PUT", f"{PATH}/numbers/number_1")][-1]
    words = [{"word": "返金", "queue": "queue_3"}, {"word": "Order", "queue": "queue_1"}]
    assert (sent["place"], sent["keywords"], sent["version"]) == (None, words, 2)


def test_a_connection_with_numbers_stays_and_a_number_goes_after_asking(open_portal: OpenPortal) -> None:
    portal = the_page(open_portal)
    page, backend = portal.page, portal.backend
    page.get_by_role("button", name="Remove Carrier").click()
    confirm = page.get_by_role("alertdialog")
    backend.answers["DELETE", f"{PATH}/connections/sms_1"] = problem(409, "conflict", reason="numbers")
    confirm.get_by_role("button", name="Remove").click()
    expect(confirm.get_by_role("alert")).to_contain_text("Remove the numbers behind this connection first.")
    confirm.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Remove +815012345678").click()
    backend.answers["DELETE", f"{PATH}/numbers/number_1"] = (204, None)
    has(backend, numbers=())
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", name="There are no numbers yet.")).to_be_visible()


def test_none_is_said_and_so_is_a_failure(open_portal: OpenPortal) -> None:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["settings.sms.edit"]
        has(backend, connections=(), numbers=())

    portal = open_portal(scene, PATH)
    page = portal.page
    expect(page.get_by_role("heading", name="There are no connections yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Add a number")).to_be_disabled()
    assert violations(page, "best-practice") == []
    portal.backend.answers["GET", PATH] = problem(403, "not_allowed")
    page.reload()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.req("BASE-3")
def test_who_may_not_set_them_up_has_no_such_page(open_portal: OpenPortal) -> None:
    def scene(backend: Backend) -> None:
        backend.signed_in = True
        backend.permissions = ["desk"]

    page = open_portal(scene, PATH).page
    expect(page.get_by_role("heading", name="You may not see this page")).to_be_visible()
