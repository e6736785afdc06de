"""What all tests share: hypothesis profiles, loud skips for missing programs, and who runs beside whom."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import CHROMIUM

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

SOUND = ("contract/voice", "e2e/voice", "integration/media", "integration/sip", "integration/webrtc")
"""Where tests listen in real time. They run one after the other, beside all others but not beside each other."""
HERE = Path(__file__).parent
PROGRAM_OF = {"browser": CHROMIUM, "sipp": "sipp", "baresip": "baresip"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell who runs beside whom, and skip what needs a missing program; on CI that is a failure, not a skip."""
    for item in items:
        place = item.path.relative_to(HERE).as_posix()
        item.add_marker(pytest.mark.xdist_group("sound" if place.startswith(SOUND) else place))
    for marker, program in PROGRAM_OF.items():
        if shutil.which(program):
            continue
        if os.environ.get("CI") == "true":
            pytest.exit(f"CI needs {program}; tools/install_test_tools.sh could not install it", returncode=2)
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"SKIPPED LOUDLY: {program} is not installed"))
