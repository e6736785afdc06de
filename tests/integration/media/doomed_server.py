"""A server that records a leg until it is killed. Prints its worker's process, then waits for its end.

Usage: python -m tests.integration.media.doomed_server <wav>
"""

import asyncio
import sys
from pathlib import Path

from madoguchi.kernel.ids import LegId, RecordingId
from tests.integration.media.plane import a_scene, until


async def main() -> None:
    async with a_scene() as scene:
        peer = await scene.phone("leg_1", 440)
        await scene.plane.start_recording(RecordingId("rec_1"), LegId("leg_1"), Path(sys.argv[1]), dual=False)
        await until(lambda: len(peer.received) > 60)
        print(scene.plane.worker_pids[0], flush=True)  # noqa: T201 - this is what the test waits for
        await asyncio.Event().wait()


asyncio.run(main())
