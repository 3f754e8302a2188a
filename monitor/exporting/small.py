"""Numbers of people that are too small to be shown, and totals that move in steps. Pure; `gate` builds on it."""


def is_small(n: int, min_cell: int) -> bool:
    """Whether a count is of too few people to be shown. Nobody is not few.

    >>> [n for n in range(20) if is_small(n, 4)]
    [1, 2, 3]
    """
    return 0 < n < min_cell


def stepped(total: int, min_cell: int) -> int:
    """What is released of a running total: it stays, or grows by whole steps; a function of the total alone.

    >>> [stepped(n, 11) for n in (0, 10, 11, 21, 22)]
    [0, 0, 11, 11, 22]
    """
    return total - total % min_cell if min_cell > 1 else total
