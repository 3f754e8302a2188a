"""Short proofs about the tree: that a line is in it, and that a larger tree only added to a smaller one.

Way of an event: beside it; `audit prove` makes them, anybody with a checkpoint checks them. Pure.
"""

from collections.abc import Sequence

from monitor.acting.audit.merkle import node_hash, root_of, split


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Hashes that lead from one leaf to the root, from below.

    Parameters
    ----------
    index
        From 0. ValueError if there is no such leaf.

    References
    ----------
    RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"a tree of {len(leaves)} lines has no line {index}")
    if len(leaves) == 1:
        return ()
    at = split(len(leaves))
    if index < at:
        return (*inclusion_proof(leaves[:at], index), root_of(leaves[at:]))
    return (*inclusion_proof(leaves[at:], index - at), root_of(leaves[:at]))


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof leads from a leaf hash at an index to the root of the tree of that size.

    References
    ----------
    RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    at, last, reached = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            reached = node_hash(one, reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = node_hash(reached, one)
        at, last = at >> 1, last >> 1
    return last == 0 and reached == root


def consistency_proof(leaves: Sequence[bytes], first: int) -> tuple[bytes, ...]:
    """Hashes that show the tree over the first leaves to be the beginning of the tree over all.

    Parameters
    ----------
    first
        Size of the smaller tree, from 1. ValueError if there are not so many leaves.

    References
    ----------
    RFC 9162, section 2.1.4.1.
    """
    if not 1 <= first <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} lines has no beginning of {first}")
    return _subproof(leaves, first, is_whole=True)


def _subproof(leaves: Sequence[bytes], first: int, *, is_whole: bool) -> tuple[bytes, ...]:
    if first == len(leaves):
        return () if is_whole else (root_of(leaves),)
    at = split(len(leaves))
    if first <= at:
        return (*_subproof(leaves[:at], first, is_whole=is_whole), root_of(leaves[at:]))
    return (*_subproof(leaves[at:], first - at, is_whole=False), root_of(leaves[:at]))


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows the tree of size `second` to begin with the tree of size `first`.

    References
    ----------
    RFC 9162, section 2.1.4.2.
    """
    if not 1 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, one)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
