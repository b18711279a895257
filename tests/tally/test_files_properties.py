"""Any bytes are read or refused, and what is written in a format reads back as it was."""

import csv
import io
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.tally.files.reading import Kind, read_votes
from deliberation.tally.profile import Paper, Profile
from tests.tally.test_files import BOARD, MODERN, OLD, PARK, read


def why_refused(data: bytes, kind: Kind) -> Code | None:
    try:
        read_votes(data, kind=kind)
    except Refusal as refusal:
        return refusal.code
    return None


@settings(max_examples=300)
@given(st.sampled_from(list(Kind)), st.binary(max_size=200))
@example(Kind.BLT, b"1 1 1 0 0")
def test_any_bytes_are_read_or_refused(kind: Kind, data: bytes) -> None:
    assert why_refused(data, kind) in (None, Code.TALLY_UNREADABLE)


@settings(max_examples=300)
@given(st.sampled_from([BOARD, MODERN, OLD, PARK % ("scoring", "1,2")]), st.data())
def test_damaged_files_are_read_or_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    inserted = data.draw(st.text('0123456789-=,;:{}"#() \n\tpx', max_size=4))
    damaged = text[:start] + inserted + text[end:]
    for kind in Kind:
        assert why_refused(damaged.encode(), kind) in (None, Code.TALLY_UNREADABLE)


# written and read back

NAMES = st.lists(
    st.text("甲乙丙ab'# ", min_size=1, max_size=5).map(lambda text: "v" + "".join(text.split())),
    min_size=2,
    max_size=5,
    unique=True,
)


@st.composite
def ranked(draw: st.DrawFn) -> Profile:
    names = draw(NAMES)
    papers: dict[tuple[tuple[int, ...], ...], int] = {}
    for _ in range(draw(st.integers(0, 6))):
        ranks = draw(st.dictionaries(st.integers(0, len(names) - 1), st.integers(1, 3)))
        groups = (tuple(sorted(n for n in ranks if ranks[n] == rank)) for rank in (1, 2, 3))
        ranking = tuple(group for group in groups if group)
        papers[ranking] = papers.get(ranking, 0) + draw(st.integers(1, 10**9))
    return Profile(
        labels=tuple(names),
        papers=tuple(Paper(ranking=ranking, copies=n) for ranking, n in papers.items()),
        seats=draw(st.integers(1, 4)),
        title=draw(st.sampled_from(["", "楼长"])),
    )


@given(ranked())
def test_a_profile_written_as_blt_reads_back(profile: Profile) -> None:
    lines = [f"{len(profile.labels)} {profile.seats}"]
    for paper in profile.papers:
        groups = ["=".join(str(n + 1) for n in group) for group in paper.ranking]
        lines.append(" ".join([str(paper.copies), *groups, "0"]))
    lines += ["0", *(f'"{name}"' for name in (*profile.labels, profile.title))]
    assert read("\n".join(lines), Kind.BLT) == profile


@given(ranked())
def test_a_profile_written_as_preflib_reads_back(profile: Profile) -> None:
    lines = [f"# TITLE: {profile.title}", "# DATA TYPE: toi"]
    lines += [f"# ALTERNATIVE NAME {n}: {name}" for n, name in enumerate(profile.labels, 1)]
    for paper in profile.papers:
        groups = [",".join(str(n + 1) for n in group) for group in paper.ranking]
        order = ",".join(f"{{{group}}}" if "," in group else group for group in groups)
        lines.append(f"{paper.copies}: {order}")
    expected = Profile(labels=profile.labels, papers=profile.papers, title=profile.title)
    assert read("\n".join(lines), Kind.PREFLIB) == expected


@given(ranked())
def test_a_profile_written_as_a_table_reads_back(profile: Profile) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    file.write(f"# kind: ranking, seats: {profile.seats}, title: {profile.title}\r\n")
    writer.writerow(["票数", *profile.labels])
    for paper in profile.papers:
        ranks = {n: rank for rank, group in enumerate(paper.ranking, 1) for n in group}
        writer.writerow([paper.copies, *(ranks.get(n, "") for n in range(len(profile.labels)))])
    assert read(file.getvalue(), Kind.CSV) == profile


@given(ranked(), st.sampled_from(["approval", "ordinal"]))
def test_a_profile_written_as_pb_reads_back(profile: Profile, kind: str) -> None:
    expected = Profile(
        labels=profile.labels,
        papers=_merged(profile, kind),
        costs=tuple(Fraction(n + 1, 4) for n in range(len(profile.labels))),
        budget=Fraction("99.5"),
    )
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerows([["META"], ["key", "value"], ["budget", "99.5"], ["vote_type", kind]])
    writer.writerows([["PROJECTS"], ["project_id", "cost"]])
    costs = map(float, expected.costs)
    writer.writerows(zip(expected.labels, costs, strict=True))
    writer.writerows([["VOTES"], ["voter_id", "vote"]])
    for paper in expected.papers:
        for _ in range(paper.copies):
            writer.writerow([1, ",".join(expected.labels[n] for n in paper.named)])
    assert read(file.getvalue(), Kind.PABULIB) == expected


def _merged(profile: Profile, kind: str) -> tuple[Paper, ...]:
    """As such a file holds them: single options in order, or one group; few copies."""
    papers: dict[tuple[tuple[int, ...], ...], int] = {}
    for paper in profile.papers:
        alike = (tuple(sorted(paper.named)),) if paper.named else ()
        ranking = alike if kind == "approval" else tuple((n,) for n in paper.named)
        papers[ranking] = papers.get(ranking, 0) + paper.copies % 3 + 1
    return tuple(Paper(ranking=ranking, copies=n) for ranking, n in papers.items())
