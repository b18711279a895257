"""What tests stand on: databases, a running service, a browser."""

import os
from typing import NoReturn

import pytest

ON_CI = os.environ.get("CI", "").lower() in ("1", "true")


def missing(what: str) -> NoReturn:
    """A tool of the machine is not there: a reason to skip, but never where everything must run."""
    if ON_CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
