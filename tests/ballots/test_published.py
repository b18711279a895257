import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.ballots.published import (
    ALPHABET,
    PublishedVote,
    electorate_digest,
    merkle_root,
    published_lines,
    receipt_code,
    votes_from,
)
from deliberation.ballots.tally import Choice

SALT = bytes(range(16))
five_bytes = st.binary(min_size=5, max_size=5)
published = st.builds(
    PublishedVote,
    receipt=five_bytes.map(receipt_code),
    choice=st.sampled_from(Choice),
    voter=st.text("王李**3号楼\"'\\\n", max_size=8),
)
lists = st.lists(published, max_size=40, unique_by=lambda vote: vote.receipt)


def leaf(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_root_of_an_empty_list_is_the_hash_of_nothing() -> None:
    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()


def test_the_root_is_the_tree_that_rfc_9162_draws_for_seven_leaves() -> None:
    a, b, c, d, e, f, g = (leaf(sign) for sign in "abcdefg")
    left = node(node(a, b), node(c, d))
    right = node(node(e, f), g)
    assert merkle_root(list("abcdefg")) == node(left, right).hex()


def test_the_root_agrees_with_the_known_vectors_of_certificate_transparency() -> None:
    assert merkle_root([""]) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert (
        merkle_root(["", "\x00"])
        == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )


@given(st.lists(st.text(max_size=5), min_size=1, max_size=40), st.data())
def test_no_line_can_be_changed_dropped_or_added(lines: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    root = merkle_root(lines)
    assert merkle_root([*lines[:at], lines[at] + "x", *lines[at + 1 :]]) != root
    assert merkle_root([*lines[:at], *lines[at + 1 :]]) != root
    assert merkle_root([*lines, lines[at]]) != root


def test_a_receipt_is_eight_plain_signs() -> None:
    assert receipt_code(bytes(5)) == "2222-2222"
    assert receipt_code(b"\xff" * 5) == "ZZZZ-ZZZZ"
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("01IO")


@given(five_bytes, five_bytes)
def test_different_bytes_make_different_receipts(one: bytes, other: bytes) -> None:
    assert (receipt_code(one) == receipt_code(other)) is (one == other)


@pytest.mark.parametrize("drawn", [b"", b"1234", b"123456"])
def test_a_receipt_of_too_little_chance_is_not_made(drawn: bytes) -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        receipt_code(drawn)


@given(lists)
def test_the_published_list_is_read_back_for_a_recount(votes: list[PublishedVote]) -> None:
    lines = published_lines(votes)
    assert votes_from(lines) == sorted(votes, key=lambda vote: vote.receipt)
    assert all("\n" not in line for line in lines)


@given(lists)
def test_the_order_of_casting_leaves_no_trace(votes: list[PublishedVote]) -> None:
    assert published_lines(votes) == published_lines(reversed(votes))


@pytest.mark.parametrize(
    "line",
    ["", "{}", '["A"]', '["A","for",1]', '["A","for","","9"]', '["A","for"'],
)
def test_what_is_no_published_vote_is_not_read(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        votes_from([line])


@given(st.dictionaries(st.uuids(), st.integers(1, 10**6), max_size=20))
def test_the_digest_of_an_electorate_does_not_depend_on_its_order(voters: dict[UUID, int]) -> None:
    pairs = list(voters.items())
    assert electorate_digest(SALT, pairs) == electorate_digest(SALT, pairs[::-1])


def test_the_digest_changes_with_salt_voter_and_weight() -> None:
    voter = (UUID(int=1), 1)
    digests = {
        electorate_digest(SALT, [voter]),
        electorate_digest(SALT[::-1], [voter]),
        electorate_digest(SALT, [(UUID(int=1), 2)]),
        electorate_digest(SALT, [(UUID(int=2), 1)]),
        electorate_digest(SALT, []),
    }
    assert len(digests) == 5
    with pytest.raises(ValueError, match="16 bytes"):
        electorate_digest(b"", [voter])
