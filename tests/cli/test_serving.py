"""Starting the service as its operator does: one on a file, several on PostgreSQL."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.flows.hall import KEY
from tests.support.processes import ROOT
from tests.support.service import environment_of, running_service


def started_beside(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a start says that cannot succeed."""
    return subprocess.run(
        [sys.executable, str(ROOT / "server.py")],
        env=environment_of(folder, **settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_service_on_the_same_file_is_refused_in_words(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        second = started_beside(tmp_path)
        assert second.returncode == 2
        assert "SQLite只能开一个服务进程" in second.stderr
        assert httpx2.get(f"{service.url}/healthz", trust_env=False).is_success
    with running_service(tmp_path) as after:
        assert httpx2.get(f"{after.url}/healthz", trust_env=False).is_success


def test_several_processes_need_postgresql(tmp_path: Path) -> None:
    told = started_beside(tmp_path, workers="2")
    assert told.returncode == 2
    assert "PostgreSQL" in told.stderr


def worker_of(url: str) -> str:
    """Which process answers this time."""
    answer = httpx2.get(
        f"{url}/metrics", headers={"Authorization": "Bearer word"}, trust_env=False, timeout=30
    )
    (line,) = [x for x in answer.text.splitlines() if x.startswith("deliberation_worker{")]
    return line


def test_several_processes_serve_one_port_and_one_that_dies_is_replaced(
    tmp_path: Path, postgres_url: str
) -> None:
    settings = {"database_url": postgres_url, "secret_key": KEY, "metrics_token": "word"}
    with running_service(tmp_path, workers="2", **settings) as service:
        first: set[str] = set()
        while len(first) < 2:
            first.add(worker_of(service.url))
        children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
        workers = [int(pid) for pid in children.read_text().split() if _serves(int(pid))]
        os.kill(workers[0], signal.SIGKILL)
        after: set[str] = set()
        while len(after - first) < 1:
            after.add(worker_of(service.url))
        assert after & first


def _serves(pid: int) -> bool:
    """Not the keeper of shared memory that comes with several processes."""
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
