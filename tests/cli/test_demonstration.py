"""The demonstration runs by itself to published minutes, over real sockets."""

import subprocess
import sys
from pathlib import Path

import pypdfium2

from tests.support.processes import ROOT
from tests.support.service import environment_of


def test_a_demonstration_meeting_runs_to_its_published_minutes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deliberation", "demo", "--finish", "--residents", "9"],
        cwd=ROOT,
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "共9户投票" in done.stdout
    assert "虚构" in done.stdout
    (markdown,) = tmp_path.rglob("minutes.md")
    assert "演示" in markdown.read_text()
    (paper,) = tmp_path.rglob("minutes.pdf")
    document = pypdfium2.PdfDocument(paper.read_bytes())
    assert len(document) >= 1
    document.close()
