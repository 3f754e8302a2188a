"""The tree over the lines of the log: one hash that stands for all of them, in their order.

Way of an event: step 13, at each checkpoint. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


def leaf_hash(line: bytes) -> bytes:
    """Hash of a leaf; its prefix tells it from a node, so no node can pass as a line."""
    return sha256(b"\x00" + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes, in order.

    >>> root_of([]).hex()[:16]
    'e3b0c44298fc1c14'

    References
    ----------
    RFC 6962 and RFC 9162, section 2.1.
    """
    grown = Frontier()
    for leaf in leaves:
        grown = grown.append(leaf)
    return grown.root


def split(size: int) -> int:
    """The largest power of two below a size above 1: where the tree of that size divides.

    >>> [split(size) for size in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << (size - 1).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree that only grows, kept as the roots of its full subtrees: as many hashes as its size has ones.

    Parameters
    ----------
    roots
        Of the full subtrees, the largest first.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """With one more leaf hash."""
        roots, size = [*self.roots, leaf], self.size
        while size & 1:
            right, left = roots.pop(), roots.pop()
            roots.append(node_hash(left, right))
            size >>= 1
        return Frontier(self.size + 1, tuple(roots))

    @property
    def root(self) -> bytes:
        """Root of the whole tree."""
        if not self.roots:
            return sha256(b"").digest()
        *rest, root = self.roots
        for left in reversed(rest):
            root = node_hash(left, root)
        return root
