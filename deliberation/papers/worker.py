"""What runs in the process of its own: Typst, which holds the interpreter while it compiles.

Imports nothing of the service, so that the process starts fast and stays small.
"""

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent / "typst"
OFFICIAL_FACES = frozenset(
    {
        *("方正小标宋_GBK", "方正小标宋简体", "FZXiaoBiaoSong-B05", "FZXiaoBiaoSong-B05S"),
        *("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong"),
        *("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"),
        *("黑体", "SimHei"),
    }
)
"""Faces that GB/T 9704-2012 asks for. Only these are taken from the system's fonts: with all of
them the same paper would look, and its bytes would be, different on every machine."""


class PaperError(RuntimeError):
    """A template could not be set: a fault of ours, never of what residents wrote."""


@dataclass(frozen=True, slots=True)
class Job:
    """One paper: data as JSON text, its date as YYYY-MM-DD, font folders in order of preference."""

    template: str
    data: str
    document_date: str
    folders: tuple[str, ...]
    links: str


def start() -> None:
    """Ctrl-C is the service's to answer; and no orphan stays if the service is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def compile_pdf(job: Job) -> bytes:
    """PDF/A-2a and PDF/UA-1, the same bytes for the same job and fonts."""
    fonts = _fonts(job.folders, job.links)
    inputs = {
        "data": job.data,
        "date": job.document_date,
        "families": "\n".join(sorted(set(fonts.families()))),
    }
    try:
        return typst.compile(
            TEMPLATES / f"{job.template}.typ",
            root=TEMPLATES,
            font_paths=fonts,
            sys_inputs=inputs,
            pdf_standards=["a-2a", "ua-1"],
        )
    except typst.TypstError as fault:
        # Typst's own error does not survive the way back between processes.
        raise PaperError(f"{fault.message} {fault.diagnostic}") from None


@lru_cache(maxsize=4)
def _fonts(folders: tuple[str, ...], links: str) -> typst.Fonts:
    _link_official_faces(Path(links))
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*folders, links],
    )


def _link_official_faces(into: Path) -> None:
    """Typst takes folders, not files: the system's files that count are linked into one."""
    for font in typst.Fonts(include_embedded_fonts=False).fonts():
        if font.family in OFFICIAL_FACES and font.path is not None:
            source = Path(font.path).resolve()
            link = into / f"{len(list(into.iterdir()))}{source.suffix}"
            link.symlink_to(source)
