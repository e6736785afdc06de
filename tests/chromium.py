"""The browsers of all tests, as Debian builds them.

Pages are looked at in a Chromium without a window, where each costs a fifth of the time. Calls need the whole browser:
the other one gives them no sound.
"""

import shutil
from typing import Final

SHELL: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "chromium"
CHROMIUM: Final = shutil.which("chromium") or "chromium"
