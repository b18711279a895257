"""The loop that the service runs on, where it can be installed: uvicorn prefers it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import missing
from tests.support.processes import ROOT
from tests.wire.conftest import LOOP


@pytest.mark.skipif(LOOP == "uvloop", reason="this is the run that the test below has started")
def test_all_the_rules_hold_on_uvloop_too() -> None:
    """In a process of its own: the tests of one process share a loop."""
    if importlib.util.find_spec("uvloop") is None:
        missing("uvloop is not installed")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", str(Path(__file__).parent), "--tb=short"],
        cwd=ROOT,
        env={**os.environ, "WIRE_LOOP": "uvloop"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert finished.returncode == 0, finished.stdout
