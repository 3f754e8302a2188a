"""A feed that is stuck does not hide behind another one of the same partition number."""

import pytest

from monitor.service.loop import oldest


@pytest.mark.parametrize("order", [1, -1])
def test_the_older_commit_of_a_partition_is_told(order: int) -> None:
    feeds = [{0: 100, 1: 500}, {0: 300, 2: 700}][::order]
    assert oldest(feeds) == {0: 100, 1: 500, 2: 700}
