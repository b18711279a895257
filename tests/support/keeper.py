"""Keeps a command running as long as whoever started it lives, and not a moment longer.

Standard input is the lifeline: one byte, or its end, interrupts the command. So a test run that
is killed outright leaves no server, no database cluster and no folder behind.

    python keeper.py USER FOLDER COMMAND…    USER and FOLDER may be empty; FOLDER is removed

Prints the command's process id; all that the command prints goes to standard error.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time

PATIENCE_SECONDS = 30


def main(user: str, folder: str, *command: str) -> int:
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        user=user or None,
        group=user or None,
        extra_groups=[] if user else None,
    )
    print(child.pid, flush=True)  # noqa: T201  whoever started the keeper reads it
    threading.Thread(target=_end_with_lifeline, args=(child,), daemon=True).start()
    status = child.wait()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return status


def _end_with_lifeline(child: "subprocess.Popen[bytes]") -> None:
    os.read(0, 1)
    child.send_signal(signal.SIGINT)
    time.sleep(PATIENCE_SECONDS)
    child.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
