"""The table of a ticket's life, cell by cell."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.lifecycle import Event, is_over, next_status
from storage.model import Status

NEW, IN_PROGRESS, WAITING, CLOSED = Status
TABLE: dict[Event, dict[Status, Status | None]] = {
    Event.ASSIGNED: {
        NEW: IN_PROGRESS,
        IN_PROGRESS: IN_PROGRESS,
        WAITING: WAITING,
        CLOSED: CLOSED,
    },
    Event.AGENT_REPLIED: {
        NEW: WAITING,
        IN_PROGRESS: WAITING,
        WAITING: WAITING,
        CLOSED: CLOSED,
    },
    Event.CUSTOMER_WROTE: {
        NEW: NEW,
        IN_PROGRESS: IN_PROGRESS,
        WAITING: IN_PROGRESS,
        CLOSED: None,
    },
    Event.NOTED: {
        NEW: NEW,
        IN_PROGRESS: IN_PROGRESS,
        WAITING: WAITING,
        CLOSED: CLOSED,
    },
}
"""What becomes of each status; None where it depends on the assignee."""

CELLS = [(event, before, after) for event, row in TABLE.items() for before, after in row.items()]


def test_the_table_has_every_event_and_every_status() -> None:
    assert {(event, before) for event, before, _ in CELLS} == {
        (event, status) for event in Event for status in Status
    }


@pytest.mark.parametrize("assigned", [True, False])
@pytest.mark.parametrize(("event", "before", "after"), CELLS)
def test_an_event_makes_of_a_status_what_the_table_says(
    event: Event, before: Status, after: Status | None, assigned: bool
) -> None:
    if after is None:
        after = IN_PROGRESS if assigned else NEW
    assert next_status(before, event, assigned=assigned) is after


def test_a_ticket_is_over_once_it_was_closed_for_more_than_7_days() -> None:
    closed = datetime(2026, 3, 1, tzinfo=UTC)
    week = timedelta(days=7)
    assert not is_over(None, closed)
    assert not is_over(closed, closed)
    assert not is_over(closed, closed + week)
    assert is_over(closed, closed + week + timedelta(milliseconds=1))
