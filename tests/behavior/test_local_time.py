"""The hour of the day where the customer lives, over changes of daylight saving time and without a known place."""

import numpy as np
import pyarrow as pa
import pytest

from churn_spark.behavior.local_time import local_hours
from churn_spark.behavior.regions import STATES, time_zone
from churn_spark.behavior.tiles import DAY_PARTS, tiles_of
from tests.rows import arrow, event, ms


def parts(*events: object) -> list[dict[str, int]]:
    """The parts of the day of each tile that hold an event."""
    tiles = tiles_of(arrow(*events)).to_pylist()
    return [{name: tile[name] for name in DAY_PARTS if tile[name]} for tile in tiles]


@pytest.mark.parametrize(
    ("location", "expected"),
    [("Buffalo, NY", "America/New_York"), ("Chicago-Naperville-Elgin, IL-IN-WI", "America/Chicago"),
     ("Phoenix-Mesa-Scottsdale, AZ", "America/Phoenix"), ("Urban Honolulu, HI", "Pacific/Honolulu"),
     ("Berlin", None), (None, None)],
)  # fmt: skip
def test_the_time_zone_is_that_of_the_first_state(location: str | None, expected: str | None) -> None:
    assert time_zone(location) == expected


def test_every_state_has_a_time_zone() -> None:
    assert [state for states in STATES.values() for state in states.split() if not time_zone(f"Town, {state}")] == []


@pytest.mark.parametrize(
    ("at", "zone", "hour"),
    [("2026-03-08 06:59", "America/New_York", 1), ("2026-03-08 07:00", "America/New_York", 3),  # no 2:00 in spring
     ("2026-11-01 05:30", "America/New_York", 1), ("2026-11-01 06:30", "America/New_York", 1),  # 1:00 twice in autumn
     ("2026-03-08 07:00", "America/Phoenix", 0), ("2026-07-01 03:00", "Pacific/Honolulu", 17),
     ("2026-07-01 03:00", None, 3)],
)  # fmt: skip
def test_the_hour_follows_daylight_saving_time(at: str, zone: str | None, hour: int) -> None:
    assert local_hours(np.array([ms(at)]), pa.array([zone], pa.string())).tolist() == [hour]


def test_an_evening_in_buffalo_lies_in_the_next_day_of_utc() -> None:
    night = event("ann", "2026-01-06 00:30")  # 19:30 on 5 January in Buffalo
    assert parts(night) == [{"evening_events": 1}]
    assert parts(night | {"location": "Berlin"}) == [{"night_events": 1}]


def test_the_same_utc_time_is_morning_before_the_change_and_afternoon_after_it() -> None:
    assert parts(event("ann", "2026-03-07 16:30"), event("ann", "2026-03-08 16:30")) == [
        {"morning_events": 1}, {"afternoon_events": 1}
    ]  # fmt: skip


def test_the_newest_place_of_a_day_counts_for_the_whole_day() -> None:
    first = event("ann", "2026-01-05 03:00") | {"location": "Berlin"}
    last = event("ann", "2026-01-05 04:00") | {"location": "Tampa, FL"}
    silent = event("ann", "2026-01-05 05:00") | {"location": None}
    assert parts(first, last, silent) == [{"evening_events": 2, "night_events": 1}]
