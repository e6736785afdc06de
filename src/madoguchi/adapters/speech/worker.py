"""The process that speaks: reads one order a line from its standard input, answers with one line each.

It says that it is ready with an empty line. An order is `{"engine", "text", "speed", "path"}`, an answer `{"span_s"}`
or `{"error"}`. The process ends when its input does, so it never outlives the one that started it.
"""

import json
import os
import sys
import wave
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from madoguchi.adapters.speech import engines
from madoguchi.adapters.speech.drafts import draft_of
from madoguchi.adapters.speech.loudness import levelled


def speak(engine: engines.Engine, text: str, speed: float, path: Path) -> float:
    """Write `text` as a WAV file, complete or not at all; return its length in seconds."""
    samples, rate = engine.speak(text, speed)
    speech = levelled(samples, rate)
    fresh = draft_of(path, os.getpid())
    try:
        with fresh.open("wb") as file:
            with wave.open(file, "wb") as target:
                target.setnchannels(1)
                target.setsampwidth(2)
                target.setframerate(rate)
                target.writeframes(speech.tobytes())
            file.flush()
            # Without it a power cut could leave an empty file under the final name, for ever.
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return len(speech) / rate


def serve(orders: BinaryIO, answers: BinaryIO, load: Callable[[str], engines.Engine]) -> None:
    """Say that it is ready with an empty line, then answer every order until there are no more."""
    answers.write(b"\n")
    answers.flush()
    for line in orders:
        answer: dict[str, Any]
        try:
            order = json.loads(line)
            answer = {"span_s": speak(load(order["engine"]), order["text"], order["speed"], Path(order["path"]))}
        except Exception as error:  # noqa: BLE001 - one text that fails must not end the process
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Serve; the engines' own chatter goes to the standard error."""
    with suppress(OSError):
        os.nice(10)  # Live sound comes first.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers, cache(engines.load))


if __name__ == "__main__":
    main()
