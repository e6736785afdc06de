"""A speaking process whose engine fails in ways that texts choose. Run by the tests of its client."""

import os
import signal
import sys
import time

import numpy as np
from numpy.typing import NDArray

from madoguchi.adapters.speech.worker import serve


class Failing:
    """Speaks noise, unless it is told otherwise."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float64], int]:
        """Do what `text` says."""
        match text.split():
            case ["die"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["die-once", marker]:
                try:
                    os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    pass
                else:
                    os.kill(os.getpid(), signal.SIGKILL)
            case ["hang"]:
                time.sleep(3600)
            case ["raise"]:
                raise RuntimeError("no breath left")
            case _:
                pass
        return np.sin(np.arange(int(8000 / speed)) / 3), 8000


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, lambda _name: Failing())
