"""Which days the logs span."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest

from churn_spark.clock import DAY, MS_PER_DAY, MS_PER_HOUR, midnight_ms
from churn_spark.features.span import LoggedDay, OddDay, Span, runs, span_of

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 1)


def logged(users: Mapping[date, int], hours_to_midnight: Mapping[date, float] | None = None) -> list[LoggedDay]:
    """Two events of each user, the last of them at 23:50 unless it is said how long before midnight."""
    return [
        LoggedDay(
            day, 2 * count, count,
            midnight_ms(day) + MS_PER_DAY - int((hours_to_midnight or {}).get(day, 1 / 6) * MS_PER_HOUR),
        )
        for day, count in users.items()
    ]  # fmt: skip


def days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


BASE = {day: 60 for day in days(FIRST, LAST)}


def test_like_days_are_the_span() -> None:
    assert span_of(logged(BASE), 0.1) == Span(FIRST, LAST)


@pytest.mark.parametrize("stray", [date(2026, 3, 8), date(2098, 6, 1), date(2010, 1, 2)], ids=str)
def test_a_day_of_one_user_far_off_is_stray(stray: date) -> None:
    assert span_of(logged({**BASE, stray: 1}), 0.1) == Span(FIRST, LAST, (OddDay(stray, "stray", 2, 1),))


def test_one_device_that_is_wrong_for_longer_than_the_logs_decides_nothing() -> None:
    wrong = {day: 1 for day in days(date(2031, 1, 1), date(2031, 12, 31))}
    found = span_of(logged({**BASE, **wrong}), 0.1)
    assert (found.first, found.last, len(found.odd)) == (FIRST, LAST, 365)


def test_days_without_logs_in_between_are_an_outage() -> None:
    gap = (date(2026, 2, 2), date(2026, 2, 8))
    found = span_of(logged({day: users for day, users in BASE.items() if not gap[0] <= day <= gap[1]}), 0.1)
    assert found == Span(FIRST, LAST, tuple(OddDay(day, "outage", 0, 0) for day in days(*gap)))
    assert found.outages == [gap]


def test_a_stray_event_in_an_outage_does_not_end_it() -> None:
    gap = dict.fromkeys(days(date(2026, 2, 2), date(2026, 2, 4)), 0) | {date(2026, 2, 3): 1}
    found = span_of(logged({day: users for day, users in (BASE | gap).items() if users}), 0.1)
    assert found.outages == [(date(2026, 2, 2), date(2026, 2, 4))]


def test_a_last_day_that_is_thin_is_partial() -> None:
    assert span_of(logged(BASE | {LAST: 2}), 0.1) == Span(FIRST, LAST - DAY, (OddDay(LAST, "partial", 4, 2),))


def test_a_last_day_that_is_cut_off_is_partial() -> None:
    half = logged(BASE | {LAST: 40}, {LAST: 12})
    assert span_of(half, 0.1) == Span(FIRST, LAST - DAY, (OddDay(LAST, "partial", 80, 40),))


def test_a_service_whose_days_end_early_is_not_cut_off() -> None:
    assert span_of(logged(BASE, dict.fromkeys(BASE, 3)), 0.1) == Span(FIRST, LAST)


def test_the_thin_first_days_of_a_service_that_has_grown_belong_to_it() -> None:
    grown = {day: 1 + number * number for number, day in enumerate(days(FIRST, LAST)) if number != 3}
    assert span_of(logged(grown), 0.1) == Span(FIRST, LAST)


def test_closing_days_are_no_outage_but_a_week_is() -> None:
    gap = (date(2026, 2, 2), date(2026, 2, 8))
    week_days = {day: 60 for day in BASE if day.weekday() < 5 and not gap[0] <= day <= gap[1]}
    last_friday = LAST - 2 * DAY
    found = span_of(logged(week_days), 0.1)
    assert (found.last, found.outages) == (last_friday, [(gap[0] - 2 * DAY, gap[1])])


def test_in_small_logs_every_day_with_an_event_counts() -> None:
    scattered = {date(2026, 1, 5): 2, date(2026, 1, 9): 1, date(2026, 2, 20): 1}
    assert span_of(logged(scattered), 0.1) == Span(date(2026, 1, 5), date(2026, 2, 20))


@pytest.mark.parametrize("stray", [date(2098, 6, 1), date(2010, 1, 2)], ids=str)
def test_a_day_years_off_is_stray_in_small_logs_too(stray: date) -> None:
    small = dict.fromkeys(BASE, 2)
    assert span_of(logged({**small, stray: 1}), 0.1) == Span(FIRST, LAST, (OddDay(stray, "stray", 2, 1),))


def test_runs_of_days() -> None:
    assert list(runs([date(2026, 5, 5), *days(date(2026, 5, 1), date(2026, 5, 3))])) == [
        (date(2026, 5, 1), date(2026, 5, 3)),
        (date(2026, 5, 5), date(2026, 5, 5)),
    ]
