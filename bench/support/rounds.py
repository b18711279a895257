"""Rounds: contenders measured in turn, so that a ratio compares what ran side by side."""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.support.building import MissingError
from bench.support.processes import StartError

Measured = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """`measure` is called once a round, with the round's number from 0."""

    name: str
    measure: Callable[[int], Measured]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure and its limit; `is_least`: it must reach the limit instead of staying below."""

    what: str
    value: float | None
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.is_least else self.value <= self.limit


class Rounds:
    """What every contender measured, round by round."""

    def __init__(self, contenders: Sequence[Contender], count: int) -> None:
        self.found: dict[str, list[Measured]] = {c.name: [] for c in contenders}
        self.missing: dict[str, str] = {}
        self.count = count
        for n in range(count):
            for contender in contenders:
                self._measure(contender, n, count)

    def _measure(self, contender: Contender, n: int, count: int) -> None:
        name = contender.name
        if name in self.missing:
            return
        print(f"round {n + 1} of {count}: {name}", file=sys.stderr)
        try:
            self.found[name].append(contender.measure(n))
        except (MissingError, StartError) as error:
            self.missing[name] = str(error)

    def median(self, name: str, key: str) -> float | None:
        values = [measured[key] for measured in self.found[name] if key in measured]
        return statistics.median(values) if values else None

    def ratio(self, name: str, other: str, key: str) -> float | None:
        """The median over rounds of one contender's figure by another's."""
        pairs = zip(self.found[name], self.found.get(other, []), strict=False)
        ratios = [mine[key] / theirs[key] for mine, theirs in pairs if theirs[key]]
        return statistics.median(ratios) if ratios else None

    def rows(self, keys: Sequence[str]) -> list[list[str]]:
        """A line of medians for each contender."""
        lines = []
        for name in self.found:
            if name in self.missing and not self.found[name]:
                words = self.missing[name].splitlines()[0][:60]
                lines.append([name, f"not to be had: {words}"])
            else:
                lines.append([name, *(figure(self.median(name, key)) for key in keys)])
        return lines


def figure(value: float | None) -> str:
    """As many digits as can be believed."""
    if value is None:
        return "–"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def parser(about: str | None, *, rounds: int = 3) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--rounds", type=int, default=rounds, help=f"default {rounds}")
    made.add_argument("--quick", action="store_true", help="tiny, to see that everything works")
    made.add_argument("--json", metavar="FILE", help="also as JSON; - is standard output")
    return made


def tell(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    targets: Sequence[Target] = (),
    details: Mapping[str, Any],
    json_to: str | None,
) -> None:
    """Print the table and the targets; the JSON has every round beside them."""
    out = sys.stderr if json_to == "-" else sys.stdout
    print(f"\n{title}\n", file=out)
    for line in _aligned([heads, *rows]):
        print(line, file=out)
    if targets:
        print(file=out)
        for line in _aligned([_target_row(target) for target in targets]):
            print(line, file=out)
    if json_to is None:
        return
    known = [{**asdict(target), "is_met": target.is_met} for target in targets]
    text = json.dumps({"title": title, "targets": known, **details}, indent=1, ensure_ascii=False)
    if json_to == "-":
        print(text)
    else:
        Path(json_to).write_text(text + "\n")


def _target_row(target: Target) -> Sequence[str]:
    sign = "≥" if target.is_least else "≤"
    verdict = {True: "met", False: "MISSED", None: "not measured"}[target.is_met]
    return (target.what, figure(target.value), f"{sign} {figure(target.limit)}", verdict)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """First column to the left, the others to the right; a row may be shorter."""
    full = [row for row in rows if len(row) > 2] or rows
    widths = [max(len(row[n]) for row in full if n < len(row)) for n in range(len(full[0]))]
    widths[0] = max(len(row[0]) for row in rows)
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False)]
        lines.append("  ".join(cells).rstrip())
    return lines
