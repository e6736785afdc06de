"""A caller walks through two levels of the phone menu with a telephone's keys."""

from collections.abc import Mapping
from typing import Any

import pytest

from madoguchi.testing.realtime_client import View, open_realtime
from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_caller import Callee, open_call
from tests.e2e.kit.house import Office, until

pytestmark = [
    pytest.mark.req("BASE-4"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120, func_only=True),
]

SPOKEN_LEVEL = 40
"""µ-law frames louder than silence that make some words."""


async def waits_in(calls: View, *path: str) -> None:
    """Wait until the only call waits in the queue with this menu path."""

    def there(rows: Mapping[str, Mapping[str, Any]]) -> bool:
        found = [row for row in rows.values() if row["state"] == "queued" and row["queue"] is not None]
        return [[one["en"] for one in row["queue"]["path"]] for row in found] == [list(path)]

    await calls.until(there, 45)


async def test_a_wrong_key_a_level_down_back_and_into_another_queue(server: RealServer, office: Office) -> None:
    heard: list[bytes] = []
    cookie = "; ".join(f"{name}={value}" for name, value in office.http.cookies.items())
    callee = Callee("127.0.0.1", server.sip_port)

    async def words() -> None:
        heard.clear()
        await until(lambda: sum(len(set(frame)) > 3 for frame in heard) > SPOKEN_LEVEL, "the caller hears words")

    async with open_realtime(server.url, cookie=cookie) as realtime:
        calls = await realtime.view("calls")
        async with open_call(callee, number="+81355500001", heard=heard.append) as phone:
            await words()
            phone.press("9")
            await words()
            phone.press("3")
            await words()
            phone.press("0")
            await words()
            # On the level below it would be Returns & exchanges.
            phone.press("2")
            await waits_in(calls, "Billing")
        async with open_call(callee, number="+81355500002", heard=heard.append) as phone:
            await words()
            phone.press("3")
            await words()
            phone.press("2")
            await waits_in(calls, "Orders & delivery", "Returns & exchanges")
