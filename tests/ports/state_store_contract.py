"""What every `StateStore` does. A subclass gives the fixture `store`, empty."""

import random

import pytest

from monitor.ports import StateStore, Stored


class Partition:
    """A state as the loop keeps one: slices, each change adds to some; a commit hands over the change and one slice.

    A slice that is newer than a change has that change in it already, so changes carry absolute values.
    """

    def __init__(self, slices: int) -> None:
        self.values = dict.fromkeys(range(slices), 0)
        self._cycle: list[int] = []

    def commit(self, store: StateStore, draw: random.Random) -> None:
        changed = draw.sample(range(len(self.values)), 2)
        for number in changed:
            self.values[number] += 1
        change = " ".join(f"{number}={self.values[number]}" for number in changed).encode()
        self._cycle = self._cycle or list(self.values)
        number = self._cycle.pop(0)
        store.commit(change, (number, f"{number}={self.values[number]}".encode()), closes_cycle=not self._cycle)


def restored(stored: Stored, slices: int) -> dict[int, int]:
    """The values after a load: the slices, then every change, oldest first."""
    values = dict.fromkeys(range(slices), 0)
    for blob in [*stored.slices, *stored.changes]:
        for entry in blob.decode().split():
            number, _, value = entry.partition("=")
            values[int(number)] = int(value)
    return values


class StateStoreContract:
    """The tests."""

    def test_before_the_first_commit_there_is_nothing(self, store: StateStore) -> None:
        assert store.load() is None

    def test_changes_come_back_oldest_first(self, store: StateStore) -> None:
        bodies = [b"first", b"", b"\x00\xff" * 50_000, b"first"]
        for body in bodies:
            store.commit(body)
        assert store.load() == Stored([], bodies)

    def test_a_slice_is_replaced_and_slices_come_by_number(self, store: StateStore) -> None:
        store.commit(b"a", (10, b"ten"))
        store.commit(b"b", (2, b"two"))
        store.commit(b"c", (10, b"ten again"))
        assert store.load() == Stored([b"two", b"ten again"], [b"a", b"b", b"c"])

    def test_the_end_of_a_cycle_drops_what_is_older_than_its_beginning_and_no_more(self, store: StateStore) -> None:
        kept = []
        for number, closes in enumerate([False, True, False, True, True]):
            store.commit(b"%d" % number, (number, b"s"), closes_cycle=closes)
            stored = store.load()
            assert stored is not None
            kept.append(b"".join(stored.changes))
        assert kept == [b"0", b"01", b"012", b"23", b"4"]

    @pytest.mark.parametrize("slices", [2, 3, 7])
    def test_however_often_cycles_close_a_load_gives_the_same_state(self, store: StateStore, slices: int) -> None:
        partition, draw = Partition(slices), random.Random(slices)
        for _ in range(4 * slices):
            partition.commit(store, draw)
            stored = store.load()
            assert stored is not None
            assert restored(stored, slices) == partition.values
            assert len(stored.changes) < 2 * slices

    def test_after_clearing_there_is_nothing_and_it_begins_anew(self, store: StateStore) -> None:
        store.commit(b"old", (1, b"old"))
        store.commit(b"old", (2, b"old"), closes_cycle=True)
        store.clear()
        assert store.load() is None
        store.commit(b"new", (7, b"new"))
        assert store.load() == Stored([b"new"], [b"new"])

    def test_closing_twice_is_closing(self, store: StateStore) -> None:
        store.commit(b"change")
        store.close()
        store.close()
