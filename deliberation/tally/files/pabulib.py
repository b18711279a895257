"""Pabulib's .pb: projects with costs, a budget, and votes.

Faliszewski et al. (2023), "Participatory Budgeting: Data, Tools, and Analysis";
https://pabulib.org/format. Three sections of CSV with ";": META, PROJECTS, VOTES.

Options are called by their project_id, since names may repeat; the names are handed out beside.
In an ordinal vote the ids stand in order; in an approval or a choice of one they stand alike. In a
scoring or cumulative vote the points become grades, and the projects with more than 0 points a
ranking too, so that every method has what it counts. A project named twice on an approval counts
once. How many votes the file announces is compared with how many it has, and a difference remarked.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.tally.counted import grouped
from deliberation.tally.files.lines import (
    Grades,
    Groups,
    Papers,
    Read,
    amount,
    check_options,
    label,
    option_of,
    unreadable,
    whole,
)
from deliberation.tally.profile import Paper, Profile

_SECTIONS = ("meta", "projects", "votes")
_ALIKE = ("approval", "choose-1")
_POINTS = ("scoring", "cumulative")

Row = tuple[int, Mapping[str, str]]
"""A line number, and the cells by the section's header; a cell that is missing is empty."""


@dataclass(slots=True)
class _File:
    """The sections, and the line each begins on."""

    meta: dict[str, tuple[int, str]] = field(default_factory=dict)
    projects: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    last: int = 1


def read_pabulib(text: str) -> Read:
    """Refuses with TALLY_UNREADABLE, and the line, what is no such file."""
    file = _sections(text)
    options: dict[str, int] = {}
    for line, row in file.projects:
        called = label(row.get("project_id") or next(iter(row.values())))
        if not called or called in options:
            raise unreadable(line, N_("项目没有编号，或者编号和前面的重复"))
        options[called] = len(options)
    check_options(len(options), file.last)
    line, budget = file.meta.get("budget", (file.last, ""))
    profile = Profile(
        labels=tuple(options),
        papers=_papers(file, options),
        title=label(file.meta.get("description", (0, ""))[1]),
        costs=tuple(amount(row.get("cost", ""), line) for line, row in file.projects),
        budget=amount(budget, line),
    )
    names = tuple(label(row.get("name", "")) for _line, row in file.projects)
    return Read(profile=profile, names=names, remarks=_remarks(file))


def _sections(text: str) -> _File:
    file, section, header = _File(), "", list[str]()
    seen: list[str] = []
    for line, cells in _rows(text):
        file.last = line
        name = cells[0].strip().lower()
        if name in _SECTIONS and not any(cells[1:]):
            section, header = name, []
            seen.append(name)
        elif section == "meta":
            file.meta[cells[0].strip().lower()] = (line, cells[1] if len(cells) > 1 else "")
        elif not section:
            raise unreadable(line, N_("文件应该以META开头"))
        elif not header:
            header = [cell.strip().lower() for cell in cells]
        elif len(cells) > len(header) and any(cells[len(header) :]):
            raise unreadable(line, N_("这一行的格数比表头多"))
        else:
            rows = file.projects if section == "projects" else file.votes
            padded = cells + [""] * (len(header) - len(cells))
            rows.append((line, dict(zip(header, padded, strict=False))))
    if seen != list(_SECTIONS):
        raise unreadable(file.last, N_("文件要有META、PROJECTS、VOTES三段，各一段"))
    return file


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise unreadable(reader.line_num, N_("这一行的引号或格子不对")) from error
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _papers(file: _File, options: Mapping[str, int]) -> tuple[Paper, ...]:
    line, kind = file.meta.get("vote_type", (1, ""))
    kind = kind.strip().lower()
    if kind not in (*_ALIKE, *_POINTS, "ordinal"):
        raise unreadable(
            line, N_("vote_type应该是approval、choose-1、ordinal、scoring或cumulative")
        )
    papers = Papers()
    for line, row in file.votes:
        if "vote" not in row or (kind in _POINTS and "points" not in row):
            raise unreadable(line, N_("表头里少了vote或points一栏"))
        wanted = [option_of(options, label(name), line) for name in _listed(row["vote"])]
        if kind in _POINTS:
            grades = _grades(wanted, _listed(row["points"]), line)
            papers.add(line, 1, _by_points(grades), grades)
        elif kind == "ordinal":
            papers.add(line, 1, tuple((option,) for option in wanted))
        else:
            papers.add(line, 1, (tuple(set(wanted)),))
    return papers.all()


def _listed(cell: str) -> list[str]:
    return [part for part in cell.split(",") if part.strip()]


def _grades(wanted: Sequence[int], points: Sequence[str], line: int) -> Grades:
    if len(points) != len(wanted):
        raise unreadable(line, N_("分数的个数和项目的个数不同"))
    return tuple((n, _point(point, line)) for n, point in zip(wanted, points, strict=True))


def _point(text: str, line: int) -> int:
    """A whole number, also when it is written as "2.0"."""
    before, _dot, decimals = text.partition(".")
    return whole(text if decimals.strip("0 ") else before, line)


def _by_points(grades: Grades) -> Groups:
    return grouped({option: points for option, points in grades if points > 0})


def _remarks(file: _File) -> tuple[Sentence, ...]:
    declared = file.meta.get("num_votes", (0, ""))[1].strip()
    if not declared or declared == str(len(file.votes)):
        return ()
    text = N_("文件里写着共{declared}张票，读到的是{votes}张。")
    return (say(text, declared=label(declared), votes=len(file.votes)),)
