"""What `ports_acting.Silences` promises, whoever keeps them; read with `acting.silences`, as the guard does."""

import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from monitor.acting.silences import silences_over
from monitor.ports_acting import Silences, SilencesUnreadable

ALERT = {"alertname": "FairdriftSubgroupDegraded", "namespace": "clinical", "model": "readmission", "subgroup": "black"}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def text(seconds_from_now: float) -> str:
    """RFC 3339, of fixed width."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds_from_now)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SilencesContract(ABC):
    """Inherited by a class of tests an adapter."""

    silences: Silences

    @abstractmethod
    def silence(self, ends_at: str, comment: str, *, is_regex: bool = False, **labels: str) -> str:
        """Make a silence as a person does; gives its id."""

    @abstractmethod
    def expire(self, name: str) -> None:
        """End a silence as a person does."""

    @abstractmethod
    def break_it(self) -> None:
        """From now on nobody can say what is silenced."""

    def over(self, **changed: str) -> list[str]:
        """Ids of the silences in force over the alert."""
        return [one.id for one in silences_over({**ALERT, **changed}, self.silences.read(), now_ms())]

    def test_nothing_is_silenced_by_nobody(self) -> None:
        assert list(self.silences.read()) == []

    def test_a_silence_is_seen_at_once_with_who_and_why(self) -> None:
        made = self.silence(text(3_600), "a freeze", model="readmission")
        (found,) = silences_over(ALERT, self.silences.read(), now_ms())
        assert (found.id, found.created_by, found.comment) == (made, "duty", "a freeze")
        assert self.over(model="sepsis") == []

    def test_a_silence_by_a_pattern_covers_what_it_matches_whole(self) -> None:
        made = self.silence(text(3_600), "all of them", is_regex=True, alertname="Fairdrift.*", model="read.*|sepsis")
        assert self.over() == self.over(model="sepsis") == [made]
        assert self.over(model="unread") == []

    def test_every_label_must_match(self) -> None:
        made = self.silence(text(3_600), "one group", model="readmission", subgroup="black")
        assert self.over() == [made]
        assert self.over(subgroup="white") == []

    def test_several_silences_are_all_seen(self) -> None:
        made = {self.silence(text(3_600), f"{number}", model="readmission") for number in range(20)}
        assert set(self.over()) == made

    def test_an_expired_silence_is_told_as_such_and_not_in_force(self) -> None:
        made = self.silence(text(3_600), "a freeze", model="readmission")
        self.expire(made)
        (told,) = self.silences.read()
        assert (told["id"], told["status"]["state"]) == (made, "expired")
        assert self.over() == []

    def test_a_silence_ends_by_itself(self) -> None:
        self.silence(text(1), "a moment", model="readmission")
        assert len(self.over()) == 1
        end = time.monotonic() + 10
        while self.over() and time.monotonic() < end:
            time.sleep(0.1)
        assert self.over() == []

    def test_who_cannot_be_read_is_not_taken_for_silent(self) -> None:
        self.silence(text(3_600), "a freeze", model="readmission")
        self.break_it()
        with pytest.raises(SilencesUnreadable):
            self.silences.read()
