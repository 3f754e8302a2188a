"""The Merkle tree: published roots, the RFC's own picture of proofs, and every proof of small trees."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.acting.audit.merkle import Frontier, leaf_hash, node_hash, root_of
from monitor.acting.audit.proofs import consistency_proof, inclusion_proof, is_consistent, is_included

# Test vectors of Certificate Transparency's reference implementation (merkle_tree_test.cc): eight leaves, and the root
# of the tree over the first 1 to 8 of them.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots_are_reproduced(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_tree_over_nothing_is_the_hash_of_nothing() -> None:
    # RFC 9162, section 2.1.1: MTH({}) = HASH().
    assert root_of([]) == sha256(b"").digest()


def test_proofs_of_the_tree_of_seven_are_those_of_the_rfc() -> None:
    # RFC 9162, section 2.1.5: the nodes of its picture, and the proofs it lists.
    d = LEAVES[:7]
    a, b, c, e, f, j = d[0], d[1], d[2], d[3], d[4], d[6]
    g, h, i = node_hash(a, b), node_hash(c, e), node_hash(f, d[5])
    k, m = node_hash(g, h), node_hash(i, j)
    assert inclusion_proof(d, 0) == (b, h, m)
    assert inclusion_proof(d, 3) == (c, g, m)
    assert inclusion_proof(d, 4) == (d[5], j, k)
    assert inclusion_proof(d, 6) == (i, k)
    assert consistency_proof(d, 3) == (c, e, g, m)
    assert consistency_proof(d, 4) == (m,)
    assert consistency_proof(d, 6) == (i, j, k)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize("size", range(1, 34))
def test_every_line_is_proven_and_no_other_is(size: int) -> None:
    tree = leaves(size)
    root = root_of(tree)
    for index in range(size):
        proof = inclusion_proof(tree, index)
        assert is_included(tree[index], index, size, proof, root)
        assert not is_included(leaf_hash(b"another"), index, size, proof, root)
        assert not is_included(tree[index], index, size, proof, root_of(leaves(size + 1)))
        assert not is_included(tree[index], index, size, (*proof, root), root)
        assert not is_included(tree[index], (index + 1) % size, size, proof, root) or size == 1
        for place in range(len(proof)):
            assert not is_included(tree[index], index, size, proof[:place] + proof[place + 1 :], root)
    assert not is_included(tree[0], size, size, (), root)
    assert not is_included(tree[0], -1, size, (), root)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_beginning_is_proven_and_no_other_is(size: int) -> None:
    tree = leaves(size)
    root = root_of(tree)
    for first in range(1, size + 1):
        old = root_of(tree[:first])
        proof = consistency_proof(tree, first)
        assert is_consistent(first, size, old, root, proof)
        forged = root_of([leaf_hash(b"forged"), *tree[1:first]])
        assert not is_consistent(first, size, forged, root, proof)
        assert not is_consistent(first, size, old, forged if first == size else leaf_hash(b""), proof)
        assert not is_consistent(first, size, old, root, (*proof, root))
        if proof:
            assert not is_consistent(first, size, old, root, proof[:-1])


def test_a_place_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no line 3"):
        inclusion_proof(leaves(3), 3)
    with pytest.raises(ValueError, match="no beginning of 0"):
        consistency_proof(leaves(3), 0)
    assert not is_consistent(0, 3, root_of([]), root_of(leaves(3)), ())
    assert not is_consistent(3, 5, root_of(leaves(3)), root_of(leaves(5)), ()), "an empty proof shows nothing"
    assert not is_consistent(3, 2, root_of(leaves(3)), root_of(leaves(2)), ())


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_growing_tree_keeps_as_many_hashes_as_its_size_has_ones(lines: list[bytes]) -> None:
    grown = Frontier()
    for line in lines:
        grown = grown.append(leaf_hash(line))
    assert len(grown.roots) == len(lines).bit_count()
    assert grown.root == root_of([leaf_hash(line) for line in lines])


def test_a_node_never_passes_as_a_line() -> None:
    one, other = LEAVES[:2]
    assert leaf_hash(one + other) != node_hash(one, other)
