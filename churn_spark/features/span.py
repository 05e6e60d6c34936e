"""Which days the logs span: from the first to the last dense day, whatever a device with a wrong clock adds to them.

Example: from 5 January to 1 March there are about 60 users a day, but none on 2 and 3 February. On 8 March there is an
event of one user. The span is 5 January to 1 March, 2 and 3 February are an outage, and 8 March is a stray day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import NamedTuple

from churn_spark.clock import DAY, MS_PER_DAY, MS_PER_HOUR, midnight_ms

WEEK = 7
YEAR = timedelta(days=365)
SHOWN = 3  # days that a sentence names


class LoggedDay(NamedTuple):
    """A day with events of known users."""

    day: date
    events: int
    users: int
    last_ms: int


class OddDay(NamedTuple):
    """A day that is not like the others: a row of `ops.days`."""

    day: date
    kind: str  # stray, outage or partial
    events: int
    users: int


@dataclass(frozen=True)
class Span:
    """The days of the logs.

    - `first`, `last`: the first and the last complete day.
    - `odd`: outages between these days; stray and partial days outside of them.
    """

    first: date
    last: date
    odd: tuple[OddDay, ...] = ()

    @property
    def end(self) -> date:
        """The first day that is not complete. Its midnight is the newest `as_of`."""
        return self.last + DAY

    @property
    def outages(self) -> list[tuple[date, date]]:
        """The first and the last day of each outage."""
        return list(runs(odd.day for odd in self.odd if odd.kind == "outage"))


def span_of(days: Iterable[LoggedDay], dense_share: float) -> Span:
    """The span of the logs with these days, of which there is at least one.

    A day is dense if it has at least `dense_share` of the users of a usual day. Half of all pairs of a user and a day
    lie on days with the users of a usual day or more.

    - The span begins with the first dense day, or with thinner days that lead up to it: a service may have grown.
    - It ends with the last dense day, or with the dense day before if the last one is cut off.
    - Thin days in the span are an outage, but not if such weekdays are thin in most weeks, such as Sundays.

    With fewer than 1 / `dense_share` users on a usual day, no day is an outage, and every day with an event is dense
    that is not years off.
    """
    by_day = {day.day: day for day in sorted(days)}
    least = dense_share * _usual_users([day.users for day in by_day.values()])
    dense_days = [day for day in by_day.values() if day.users >= least]
    if least < 1:
        dense_days = _not_years_off(dense_days, dense_share)
    dense, last = [day.day for day in dense_days], _last_complete(dense_days)
    first = _with_lead(list(by_day), dense[0])
    thin = [day for day in _days(dense[0], last) if day not in dense] if least >= 1 else []
    odd = [_odd(by_day, day, "outage") for day in _without_closing_days(thin, dense[0], last)]
    for day in by_day:
        if day < first or day > last:
            cut_off = day == last + DAY or (day in dense and day > last)
            odd.append(_odd(by_day, day, "partial" if cut_off else "stray"))
    return Span(first, last, tuple(sorted(odd)))


def runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """The first and the last of days in a row; for 1, 2, 3 and 5 May, (1 May, 3 May) and (5 May, 5 May)."""
    first = last = None
    for day in sorted(days):
        if last is not None and day - last > DAY:
            yield first or last, last
            first = None
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last


def in_words(span: Span) -> list[str]:
    """A sentence for each kind of odd days, which says what became of them."""
    sentences = []
    if stray := [odd for odd in span.odd if odd.kind == "stray"]:
        empty = ""
        if stray[-1].day > span.end:
            after = next(odd.day for odd in stray if odd.day > span.end)
            empty = f" (and nothing from {span.end} to {after - DAY})"
        sentences.append(
            f"the logs reach from {span.first} to {span.last}{empty}; {_shown(stray)} lies outside, where a clock was "
            "wrong, and is used for nothing; correct the lines and take their files again with --backfill, or lower "
            "features.dense_share"
        )
    for first, last in span.outages:
        sentences.append(
            f"no logs from {first} to {last} ({(last - first).days + 1} days), an outage: nobody churned by silence or "
            "drop because of it, and labels that reach into it are unknown; take the files of these days"
        )
    if partial := [odd for odd in span.odd if odd.kind == "partial"]:
        sentences.append(f"{_shown(partial)} is not complete yet, so that customers are scored as of {span.end}")
    return sentences


def _shown(odd: Sequence[OddDay]) -> str:
    days = ", ".join(f"{one.day} (events {one.events:,}, users {one.users:,})" for one in odd[:SHOWN])
    return days + (f" and {len(odd) - SHOWN:,} days more" if len(odd) > SHOWN else "")


def _usual_users(users: Sequence[int]) -> int:
    """For 1, 60, 70 and 80 users it is 70: 80 + 70 are at least half of the sum, and 80 alone are not."""
    so_far = 0
    for count in sorted(users, reverse=True):
        so_far += count
        if 2 * so_far >= sum(users):
            return count
    raise ValueError("no day")


def _not_years_off(days: Sequence[LoggedDay], share: float) -> list[LoggedDay]:
    """The days without a first or last part that a year without events sets off, and that has too few users.

    Too few is less than `share` of the largest part's, added up over its days.

    Example: one user a day for 30 days, and one event in 2098. The share is 0.1. The parts count 30 and 1 users, and 1
    is less than 3.
    """
    parts: list[list[LoggedDay]] = []
    for day in days:
        if not parts or day.day - parts[-1][-1].day > YEAR:
            parts.append([])
        parts[-1].append(day)
    users = [sum(day.users for day in part) for part in parts]
    large = [number for number, count in enumerate(users) if count >= share * max(users)]
    return list(chain.from_iterable(parts[large[0] : large[-1] + 1]))


def _last_complete(dense: Sequence[LoggedDay]) -> date:
    """The last dense day, or the one before it if the last one is cut off.

    A day is cut off if it ends more than an hour, and more than twice as far, before midnight as each of the four weeks
    before it. Days whose next day is not dense do not count, because an outage may have begun on them.
    """

    def to_midnight(day: LoggedDay) -> int:
        return midnight_ms(day.day) + MS_PER_DAY - day.last_ms

    others = [to_midnight(day) for day, after in pairwise(dense[:-1]) if after.day - day.day == DAY][-4 * WEEK :]
    cut_off = len(others) >= WEEK and to_midnight(dense[-1]) > max(MS_PER_HOUR, 2 * max(others))
    return dense[-2].day if cut_off else dense[-1].day


def _with_lead(logged: Sequence[date], first: date) -> date:
    """The first of the days before `first` that lie at most a week apart; `first` if there are none."""
    for day in reversed([day for day in logged if day < first]):
        if first - day > WEEK * DAY:
            break
        first = day
    return first


def _without_closing_days(thin: Sequence[date], first: date, last: date) -> list[date]:
    """The thin days without those whose weekday is thin in most weeks; but all of a run of a week or more."""
    weeks = [sum(day.weekday() == weekday for day in _days(first, last)) for weekday in range(WEEK)]
    often = [2 * sum(day.weekday() == weekday for day in thin) > weeks[weekday] for weekday in range(WEEK)]
    long = [(begin, end) for begin, end in runs(thin) if end - begin >= (WEEK - 1) * DAY]
    return [day for day in thin if not often[day.weekday()] or any(begin <= day <= end for begin, end in long)]


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _odd(by_day: dict[date, LoggedDay], day: date, kind: str) -> OddDay:
    logged = by_day.get(day)
    return OddDay(day, kind, logged.events if logged else 0, logged.users if logged else 0)
