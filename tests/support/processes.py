"""Starting a process that cannot outlive the tests."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEEPER = Path(__file__).with_name("keeper.py")
READY_SECONDS = 60
"""Generous: it only bounds how long a broken start may hang, nothing is measured by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A command under its keeper; all that it prints is in `log`."""

    pid: int
    keeper: "subprocess.Popen[bytes]"
    log: Path

    @property
    def has_ended(self) -> bool:
        return self.keeper.poll() is not None

    def stop(self) -> None:
        """Interrupt the command and wait until it is gone. Once more does nothing."""
        if not self.has_ended:
            self.keeper.communicate(b".")

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Until it is ready; if it ends instead, what it printed is the error."""
        give_up_at = time.monotonic() + READY_SECONDS
        while not is_ready():
            if self.has_ended or time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.keeper.args!r} did not start:\n{self.log.read_text()}")
            time.sleep(0.02)


@contextlib.contextmanager
def kept(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str = "",
    removing: Path | None = None,
) -> Iterator[Kept]:
    """Run a command until the block ends. `removing` is a folder to delete after it."""
    with (
        log.open("ab") as output,
        subprocess.Popen(
            [sys.executable, str(KEEPER), user, str(removing or ""), *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
        ) as keeper,
    ):
        assert keeper.stdout is not None
        process = Kept(pid=int(keeper.stdout.readline()), keeper=keeper, log=log)
        try:
            yield process
        finally:
            process.stop()


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
