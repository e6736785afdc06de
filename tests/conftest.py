"""What all tests share: hypothesis profiles, and loud skips for programs that this machine lacks."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

PROGRAM_OF = {"browser": "chromium", "sipp": "sipp", "baresip": "baresip"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a missing program; on CI a missing program is a failure, not a skip."""
    for marker, program in PROGRAM_OF.items():
        if shutil.which(program):
            continue
        if os.environ.get("CI") == "true":
            pytest.exit(f"CI needs {program}; tools/install_test_tools.sh could not install it", returncode=2)
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"SKIPPED LOUDLY: {program} is not installed"))
