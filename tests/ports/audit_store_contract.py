"""What every `AuditStore` does. A subclass gives the fixtures `store`, empty, and `again`, which opens it once more."""

from collections.abc import Callable

import pytest

from monitor.ports_acting import AuditStore, AuditUnwritable

Again = Callable[[], AuditStore]

BODIES = [b"first", b"", b"\x00\xff\n" * 50_000, b"first", '{"actor":"Ζωή"}'.encode()]


class AuditStoreContract:
    """The tests."""

    def test_a_new_log_is_empty(self, store: AuditStore) -> None:
        assert (list(store.lines()), list(store.checkpoints())) == ([], [])

    def test_lines_come_back_as_they_were_oldest_first(self, store: AuditStore) -> None:
        for body in BODIES:
            store.append(body)
        assert list(store.lines()) == BODIES
        assert list(store.checkpoints()) == []

    def test_checkpoints_are_kept_apart_from_lines(self, store: AuditStore) -> None:
        store.append(b"line")
        for body in BODIES:
            store.append_checkpoint(body)
        assert list(store.checkpoints()) == BODIES
        assert list(store.lines()) == [b"line"]

    def test_a_log_opened_again_goes_on_where_it_was(self, store: AuditStore, again: Again) -> None:
        store.append(b"one")
        store.append_checkpoint(b"note")
        store.close()
        other = again()
        other.append(b"two")
        assert (list(other.lines()), list(other.checkpoints())) == ([b"one", b"two"], [b"note"])
        other.close()

    def test_a_probe_adds_nothing(self, store: AuditStore) -> None:
        store.append(b"one")
        store.probe()
        store.probe()
        assert (list(store.lines()), list(store.checkpoints())) == ([b"one"], [])

    def test_who_reads_while_a_line_is_added_reads_what_was_there(self, store: AuditStore) -> None:
        store.append(b"one")
        reading = store.lines()
        assert next(reading) == b"one"
        store.append_checkpoint(b"note")
        assert list(store.checkpoints()) == [b"note"]

    def test_a_second_writer_is_refused_and_the_first_writes_on(self, store: AuditStore, again: Again) -> None:
        with pytest.raises(AuditUnwritable, match="another process writes this audit log"):
            again()
        store.append(b"one")
        assert list(store.lines()) == [b"one"]

    def test_a_closed_log_takes_nothing(self, store: AuditStore, again: Again) -> None:
        store.append(b"one")
        store.close()
        store.close()
        for write in (store.append, store.append_checkpoint, lambda _: store.probe()):
            with pytest.raises(AuditUnwritable, match="closed"):
                write(b"two")
        other = again()
        assert list(other.lines()) == [b"one"]
        other.close()

    def test_a_full_log_takes_nothing_and_goes_on_when_there_is_room(
        self, store: AuditStore, again: Again, fill: Callable[[bool], None]
    ) -> None:
        store.append(b"one")
        fill(True)
        for write in (store.append, store.append_checkpoint, lambda _: store.probe()):
            with pytest.raises(AuditUnwritable, match="takes no line"):
                write(b"2" * 300_000)
        assert (list(store.lines()), list(store.checkpoints())) == ([b"one"], [])
        fill(False)
        store.append(b"three")
        assert list(store.lines()) == [b"one", b"three"]
        store.close()
        other = again()
        assert (list(other.lines()), list(other.checkpoints())) == ([b"one", b"three"], [])
        other.close()
