"""Nothing that the tests start outlives them, however they end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.processes import KEEPER, kept

SAYS_GOODBYE = """
import signal, sys
try:
    print("up", flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("goodbye", flush=True)
"""


def test_a_kept_command_is_interrupted_at_the_end_and_its_folder_removed(tmp_path: Path) -> None:
    log, folder = tmp_path / "log", tmp_path / "folder"
    folder.mkdir()
    with kept([sys.executable, "-c", SAYS_GOODBYE], log=log, removing=folder) as process:
        process.wait_until(lambda: log.read_text() == "up\n")
    assert log.read_text() == "up\ngoodbye\n"
    assert process.has_ended
    assert not folder.exists()


def test_a_kept_command_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, signal;"
            "subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); signal.pause()",
            *[sys.executable, str(KEEPER), "", "", sys.executable, "-c", SAYS_GOODBYE],
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert starter.stderr is not None
    assert starter.stderr.readline() == b"up\n"
    os.kill(starter.pid, signal.SIGKILL)
    # The pipe ends only when the command and its keeper have ended too.
    _said, said_by_command = starter.communicate()
    assert said_by_command == b"goodbye\n"


def test_a_command_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with kept([sys.executable, "-c", "print('done')"], log=log) as process:
        process.keeper.wait()
        assert process.has_ended
    assert log.read_text() == "done\n"
