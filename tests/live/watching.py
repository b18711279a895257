"""What can be seen of a service from outside: who is connected to it, its memory."""

import os
import re
from pathlib import Path

from tests.support.service import Service

LISTENING = "0A"


def connections(service: Service) -> int:
    """Connections to its port that the process holds, however dead the other side is."""
    proc = Path(f"/proc/{service.process.pid}")
    ours = set()
    for line in (proc / "net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, state, inode = fields[1], fields[3], fields[9]
        if int(local.split(":")[1], 16) == service.port and state != LISTENING:
            ours.add(f"socket:[{inode}]")
    return sum(1 for held in (proc / "fd").iterdir() if _target(held) in ours)


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ""  # closed while we looked


def peak_bytes(service: Service) -> int:
    """The most memory that the process ever had in RAM."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1]) * 1024
