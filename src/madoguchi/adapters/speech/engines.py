"""The engines: text in, samples out. They are slow and hold memory, so only the worker process makes them."""

import tempfile
import unicodedata
import wave
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from madoguchi.adapters.speech.voices_folder import FLITE

Samples = NDArray[np.float64]

_PLAIN: Final = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": ", ", "—": ", ", "…": "...", "、": ", "})
_PLAIN_STOP: Final = str.maketrans({"。": ". ", "！": "! ", "？": "? "})


class UnspeakableError(Exception):
    """Nothing in the text can be spoken by this engine."""


class Engine(Protocol):
    """One way to speak."""

    def speak(self, text: str, speed: float) -> tuple[Samples, int]:
        """Return mono samples of any scale and their rate.

        Raises:
            UnspeakableError: nothing in `text` can be spoken.
        """


class FliteEngine:
    """CMU Flite in a WebAssembly sandbox: it sees one empty folder and nothing else of the machine."""

    VOICE: Final = "rms"

    def __init__(self, module: Path = FLITE) -> None:
        import wasmtime  # noqa: PLC0415 - compiles for a third of a second; only a process that speaks needs it

        self._wasmtime = wasmtime
        self._engine = wasmtime.Engine()
        self._module = wasmtime.Module.from_file(self._engine, str(module))
        self._linker = wasmtime.Linker(self._engine)
        self._linker.define_wasi()

    def speak(self, text: str, speed: float) -> tuple[Samples, int]:
        """Return mono samples and their rate (16 kHz)."""
        words = latin_only(text)
        if not any(letter.isalnum() for letter in words):
            raise UnspeakableError("an English voice finds nothing in the text that it could say")
        with tempfile.TemporaryDirectory(prefix="madoguchi-flite-") as folder:
            stretch = f"duration_stretch={1 / speed:.3f}"
            self._run(["flite", "-voice", self.VOICE, "--setf", stretch, "-t", words, "-o", "/out/speech.wav"], folder)
            with wave.open(f"{folder}/speech.wav") as made:
                samples = np.frombuffer(made.readframes(made.getnframes()), np.int16)
                return samples.astype(np.float64), made.getframerate()

    def _run(self, arguments: list[str], folder: str) -> None:
        wasi = self._wasmtime.WasiConfig()
        wasi.argv = arguments
        wasi.preopen_dir(folder, "/out")
        store = self._wasmtime.Store(self._engine)
        store.set_wasi(wasi)
        try:
            program = self._linker.instantiate(store, self._module).exports(store)["_start"]
            assert isinstance(program, self._wasmtime.Func), "every WASI program has it"  # noqa: S101 - for the type
            program(store)
        except self._wasmtime.ExitTrap as end:
            if end.code:
                raise RuntimeError(f"flite ended with status {end.code}") from end


class OpenJTalkEngine:
    """OpenJTalk with the voice Mei; dictionary and voice are in the package. It reads Latin words as well."""

    def __init__(self) -> None:
        import pyopenjtalk  # noqa: PLC0415 - takes a second and 170 MB; only a process that speaks needs it

        self._pyopenjtalk = pyopenjtalk

    def speak(self, text: str, speed: float) -> tuple[Samples, int]:
        """Return mono samples and their rate (48 kHz)."""
        samples, rate = self._pyopenjtalk.tts(text, speed=speed)
        if not len(samples) or not np.any(samples):
            raise UnspeakableError("a Japanese voice finds nothing in the text that it could say")
        return np.asarray(samples, np.float64), int(rate)


def latin_only(text: str) -> str:
    """Return what an English voice can read of `text`: letters lose their accents, other scripts are left out."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN_STOP).translate(_PLAIN)).translate(_PLAIN)
    return " ".join("".join(letter for letter in plain if " " <= letter <= "~").split())


def load(name: str) -> Engine:
    """Make the engine `name`, `flite` or `openjtalk`."""
    match name:
        case "flite":
            return FliteEngine()
        case "openjtalk":
            return OpenJTalkEngine()
        case _:
            raise ValueError(f"no engine {name!r}")
