"""How recently a customer was active, and whether the activity grows or declines."""

import numpy as np

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import Values, ratio
from churn_spark.behavior.lookback import Window

BASELINE_DAYS = 60  # that end 7 days before as_of

FEATURES = (
    Feature("days_since_last_event", "amount", "days", "Days since the last event",
            lambda w: w.days_since("last_ms"), since="v1.0"),
    Feature("days_since_last_song", "amount", "days", "Days since the last song",
            lambda w: w.days_since("last_song_ms"), null="without a song ever", since="v1.1"),
    *(Feature(f"events_{days}d", "count", "events", "Events", lambda w: w.sum("events"), window=days, since="v1.1")
      for days in (7, 14, 30)),
    Feature("sessions_14d", "count", "sessions", "Sessions begun", lambda w: w.sum("sessions"), window=14,
            since="v1.1"),
    Feature("songs_14d", "count", "songs", "Songs played", lambda w: w.sum("songs"), window=14, since="v1.1"),
    Feature("recent_activity_ratio", "share", "share of events", "Events of the last 7 days among those of the last 30",
            lambda w: ratio(w.last(7).sum("events"), w.sum("events")),
            window=30, null="without an event", maximum=1, since="v1.0"),
    Feature("events_vs_baseline_7d", "amount", "ratio",
            f"Events a day in the last 7 days over events a day in the {BASELINE_DAYS} days before, or since the first "
            "event if that is later",
            lambda w: _against_baseline(w, "events"), window=7, null="without an event in the days before",
            since="v1.1"),
    Feature("songs_vs_baseline_7d", "amount", "ratio",
            f"Songs a day in the last 7 days over songs a day in the {BASELINE_DAYS} days before, or since the first "
            "event if that is later",
            lambda w: _against_baseline(w, "songs"), window=7, null="without a song in the days before",
            since="v1.1"),
    Feature("events_slope_28d", "amount", "events per week and week",
            "Slope of the least-squares line through the numbers of events in the last four weeks",
            lambda w: _weekly_slope(w, "events"), window=28, minimum=None, since="v1.1"),
    Feature("events_change_30d", "amount", "share of events",
            "(new - old) / (new + old), new: events of the last 30 days, old: events of the 30 days before; "
            "-1 for a customer who stopped, 1 for a new one",
            lambda w: ratio(w.sum("events") - w.last(30, 30).sum("events"),
                            w.sum("events") + w.last(30, 30).sum("events")),
            window=30, null="without an event in the 60 days", minimum=-1, maximum=1, since="v1.1"),
)  # fmt: skip


def _against_baseline(w: Window, column: str) -> Values:
    days = np.minimum(w.days_since_first() - 7, BASELINE_DAYS)
    return ratio(w.sum(column) / 7 * np.maximum(days, 0), w.last(BASELINE_DAYS, 7).sum(column))


def _weekly_slope(w: Window, column: str) -> Values:
    newest, third, second, oldest = (w.last(7, 7 * week).sum(column) for week in range(4))
    return (3 * (newest - oldest) + (third - second)) / 10  # weights -3, -1, 1, 3 over half their squares' sum
