"""Brings tiles and behavior features up to silver: only the days and midnights that a change reaches are made anew."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from churn_spark.features.batch import percentiles, user_days, user_features, with_relative_features
from churn_spark.features.calendar import at_midnights
from churn_spark.features.catalogue import BEHAVIOR, FEATURE_VERSION
from churn_spark.identity.increment import changed_days, on_days
from churn_spark.lake import Lake
from churn_spark.quality.gate import Gate
from churn_spark.tables import PERCENTILES, SILVER_EVENTS, USER_DAYS


def update_user_days(lake: Lake) -> None:
    """Make `gold.user_days` what `silver.events` says now: the tiles of the days that changed."""
    version, days = changed_days(lake, lake.note(USER_DAYS).get(SILVER_EVENTS.name))
    if days == []:
        return
    events, where = lake.read(SILVER_EVENTS, version), "true"
    if days is not None:
        events, where = events.where(on_days("event_date", days)), on_days("day", days)
    lake.replace(USER_DAYS, user_days(events), where, {SILVER_EVENTS.name: version})


def update_behavior(lake: Lake, as_of_days: Sequence[date], gate: Gate) -> int:
    """Make `customer_features.behavior` and `gold.percentiles` what `gold.user_days` says now, at `as_of_days` alone.

    A day that changed reaches the midnights after it. Another `feature_version` makes all of them anew. `gate` sees
    what was made before readers do; returns the number of its warnings.
    """
    before = lake.note(BEHAVIOR)
    _, days = changed_days(lake, before.get(SILVER_EVENTS.name))
    made = {
        SILVER_EVENTS.name: lake.note(USER_DAYS)[SILVER_EVENTS.name],
        "feature_version": FEATURE_VERSION,
        "as_of": [day.isoformat() for day in as_of_days],
    }
    if made == before:
        return 0
    if days is None or before["feature_version"] != FEATURE_VERSION:
        return _replace(lake, as_of_days, "true", made, gate)
    known = {date.fromisoformat(day) for day in before["as_of"]}
    anew = [day for day in as_of_days if day not in known or any(changed < day for changed in days)]
    gone = known.difference(as_of_days)
    return _replace(lake, anew, at_midnights([*anew, *gone]), made, gate)


def _replace(lake: Lake, as_of_days: Sequence[date], where: str, note: dict[str, Any], gate: Gate) -> int:
    known = user_features(lake.read(USER_DAYS), as_of_days).persist()
    bounds = percentiles(known).persist()
    rows = with_relative_features(known, bounds).persist()
    try:
        warnings = gate(rows) if as_of_days else 0
        lake.replace(PERCENTILES, bounds, where)
        lake.replace(BEHAVIOR, rows, where, note)
    finally:
        for frame in (rows, bounds, known):
            frame.unpersist()
    return warnings
