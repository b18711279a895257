"""What the benchmarks need beside Python: built or fetched into bench/.cache, once."""

import shutil
from pathlib import Path

from bench.support.processes import run_to_end

BENCH = Path(__file__).parents[1]
NATIVE = BENCH / "native"
RIVALS = BENCH / "rivals"
CACHE = BENCH / ".cache"

_COMMON = ("wire.c",)
PROGRAMS = {
    "load": ("load.c", "acts.c", "seats.c", "inbox.c", "heard.c", "sample.c", *_COMMON),
    "floor": ("floor.c", *_COMMON),
    "hostile": ("hostile.c", *_COMMON),
}
_NCHAN = ("nginx", "libnginx-mod-nchan")
NODE_PACKAGE = "ws@8"
NGINX_DATA = Path("/var/lib/nginx")
"""Nchan has a setting of its own for request bodies that no directive changes."""


class MissingError(RuntimeError):
    """Something is not to be had on this machine; the message says what."""


def built(name: str) -> Path:
    """A program of bench/native, compiled when it or a header has changed."""
    program = CACHE / name
    sources = [NATIVE / source for source in PROGRAMS[name]]
    newest = max(file.stat().st_mtime for file in (*sources, *NATIVE.glob("*.h")))
    if not program.exists() or program.stat().st_mtime < newest:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise MissingError("no C compiler (cc)")
        CACHE.mkdir(exist_ok=True)
        flags = ("-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE")
        run_to_end([compiler, *flags, "-o", program, *sources])
    return program


def node_with_ws() -> tuple[Path, Path]:
    """Node and the folder in which the package `ws` is installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise MissingError("no node or npm")
    folder = CACHE / "node"
    if not (folder / "node_modules" / "ws").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}\n")
        run_to_end(
            [npm, "install", "--silent", "--no-audit", "--no-fund", NODE_PACKAGE], folder=folder
        )
    return Path(node), folder / "node_modules"


def nginx_with_nchan() -> tuple[Path, Path]:
    """Nginx and its module nchan: unpacked from Debian's packages, nothing is installed."""
    folder = CACHE / "nchan"
    program = folder / "usr/sbin/nginx"
    module = folder / "usr/lib/nginx/modules/ngx_nchan_module.so"
    if not (program.exists() and module.exists()):
        apt, unpack = shutil.which("apt-get"), shutil.which("dpkg-deb")
        if apt is None or unpack is None:
            raise MissingError("no apt-get: nchan comes from Debian's packages")
        folder.mkdir(parents=True, exist_ok=True)
        run_to_end([apt, "-qq", "update"])
        run_to_end([apt, "-qq", "download", *_NCHAN], folder=folder)
        for package in folder.glob("*.deb"):
            run_to_end([unpack, "-x", package, folder])
            package.unlink()
    try:
        NGINX_DATA.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise MissingError(f"nginx with nchan wants the folder {NGINX_DATA}") from error
    return program, module
