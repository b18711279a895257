"""Processes that end with the benchmark that started them, and what they have cost."""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60
PATIENCE_SECONDS = 30
_PR_SET_PDEATHSIG = 1
_TICKS = os.sysconf("SC_CLK_TCK")
Command = Sequence[str | Path]
_PAGE = os.sysconf("SC_PAGE_SIZE")


class StartError(RuntimeError):
    """A process ended or stayed silent instead of being ready; the message has its log."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Server and load each have a core of their own; with one core they share it."""

    server: int
    load: int


def cores() -> Cores:
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(server=allowed[0], load=allowed[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A running command; what it prints is in `log`."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end and wait; at last kill it. Once more does nothing."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        give_up_at = time.monotonic() + READY_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise StartError(f"{self.process.args!r}:\n{self.log.read_text()[-2_000:]}")
            time.sleep(0.02)


@contextlib.contextmanager
def started(
    command: Command,
    *,
    log: Path,
    core: int | None = None,
    environment: Mapping[str, str] | None = None,
    user: str = "",
    stop_with: int = signal.SIGTERM,
) -> Iterator[Started]:
    """Run a command on a core until the block ends; it also ends when the benchmark dies."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603  our own commands
            [str(part) for part in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user or None,
            group=user or None,
            extra_groups=[] if user else None,
            preexec_fn=lambda: _prepare(core, stop_with),
        )
    running = Started(process=process, log=log)
    try:
        yield running
    finally:
        running.stop(stop_with)


def _prepare(core: int | None, stop_with: int) -> None:
    """In the child, before its program starts."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, stop_with)
    raise_open_files()
    if core is not None:
        os.sched_setaffinity(0, {core})


def raise_open_files() -> int:
    """As many files and sockets as this machine lets us; returns how many that is."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def run_to_end(
    command: Command,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    may_fail: bool = False,
) -> str:
    """Run a command and return what it printed. Raises StartError when it fails."""
    done = subprocess.run(  # noqa: S603  our own commands
        [str(part) for part in command],
        cwd=folder or ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        raise StartError(f"{done.args!r}:\n{done.stdout[-1_000:]}{done.stderr[-2_000:]}")
    return done.stdout


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of the threads that live; `user`, outside the kernel, is known to a
    hundredth of a second only; resident memory in bytes."""

    cpu: float
    user: float
    memory: int

    def since(self, before: "Cost") -> "Cost":
        return Cost(self.cpu - before.cpu, self.user - before.user, self.memory - before.memory)


def cost_of(*pids: int) -> Cost:
    """What processes have cost so far, with their children that still run."""
    everyone = [pid for parent in pids for pid in _with_children(parent)]
    total, user, memory = 0.0, 0.0, 0
    for pid in everyone:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        user_ticks, pages = int(fields[11]), int(fields[21])
        total += sum(_nanoseconds(task) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9
        user += user_ticks / _TICKS
        memory += pages * _PAGE
    return Cost(total, user, memory)


def _nanoseconds(task: Path) -> int:
    try:
        return int((task / "schedstat").read_text().split()[0])
    except FileNotFoundError:
        return 0


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _with_children(int(child))
    return found
