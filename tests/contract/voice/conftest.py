"""The suite runs on every stage."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.voice.stages import STAGES, Stage


@pytest.fixture(params=STAGES, ids=lambda opening: opening.__name__)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with request.param() as opened:
        yield opened
