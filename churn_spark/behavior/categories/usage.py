"""How much a customer uses the service, and how regularly."""

import numpy as np

from churn_spark.behavior.definition import Capped, Feature
from churn_spark.behavior.formulas import Values, ratio, spread
from churn_spark.behavior.lookback import Window

NO_SESSION = "without a session"
NO_INTERVAL = "with fewer than two sessions"
FUNCTIONS = ("songs", "thumbs_up", "thumbs_down", "playlist_adds", "friend_adds", "help_visits", "settings_visits")

FEATURES = (
    *(Feature(f"days_active_{days}d", "count", "days", "Days with an event", lambda w: w.sum("days"),
              window=days, maximum=days, since="v1.1" if days == 90 else "v1.0")
      for days in (7, 30, 90)),
    *(Feature(f"sessions_{days}d", "count", "sessions", "Sessions begun", lambda w: w.sum("sessions"),
              window=days, since="v1.0") for days in (7, 30)),
    *(Feature(f"songs_{days}d", "count", "songs", "Songs played", lambda w: w.sum("songs"),
              window=days, since="v1.0") for days in (7, 30)),
    Feature("songs_per_session_30d", "amount", "songs per session", "Songs per session begun",
            lambda w: ratio(w.sum("songs"), w.sum("sessions")), window=30, null=NO_SESSION, since="v1.0"),
    Feature("songs_per_active_day_30d", "amount", "songs per day", "Songs per day with an event",
            lambda w: ratio(w.sum("songs"), w.sum("days")), window=30, null="without an event", since="v1.1"),
    Feature("listening_hours_30d", "amount", "hours", "Length of the songs played",
            lambda w: w.sum("listening_ms") / 3_600_000, window=30, since="v1.0"),
    Feature("session_minutes_mean_30d", "amount", "minutes", "Mean length of the sessions, first event to last",
            lambda w: _session_seconds(w)[0] / 60, window=30, null=NO_SESSION, since="v1.1"),
    Feature("session_minutes_std_30d", "amount", "minutes", "Standard deviation of the length of the sessions",
            lambda w: _session_seconds(w)[1] / 60, window=30, null=NO_SESSION, since="v1.1"),
    Feature("session_interval_hours_mean_90d", "amount", "hours", "Mean time from the start of a session to the next",
            lambda w: _interval_seconds(w)[0] / 3600, window=90, null=NO_INTERVAL, since="v1.1"),
    Feature("session_interval_hours_std_90d", "amount", "hours",
            "Standard deviation of the time from the start of a session to the next",
            lambda w: _interval_seconds(w)[1] / 3600, window=90, null=NO_INTERVAL, since="v1.1"),
    Feature("session_consistency_90d", "share", "share",
            "1 / (1 + standard deviation / mean) of the time between the starts of sessions: 1 if all are equal",
            lambda w: _consistency(w), window=90, null=NO_INTERVAL, maximum=1, since="v1.1"),
    Feature("total_sessions", "count", "sessions", "Sessions begun ever", lambda w: w.sum("sessions"), since="v1.3"),
    Feature("total_songs", "count", "songs", "Songs played ever", lambda w: w.sum("songs"), since="v1.3"),
    Feature("total_events", "count", "events", "Events ever", lambda w: w.sum("events"), minimum=1, since="v1.3"),
    Feature("days_active", "count", "days", "Days with an event ever", lambda w: w.sum("days"), minimum=1,
            since="v1.3"),
    Feature("login_frequency_30d", "amount", "sessions per day",
            "Sessions begun a day in the last 30 days, or since the first event if that is later",
            lambda w: w.sum("sessions") / np.minimum(w.days_since_first(), 30), window=30, since="v1.3"),
    Feature("feature_usage_score", "score", "points",
            f"Share of {len(FUNCTIONS)} functions of the service that were used at least once: songs, thumbs up, "
            "thumbs down, playlists, friends, Help, Settings; 100 for all",
            lambda w: 100 * np.mean([w.sum(function) > 0 for function in FUNCTIONS], axis=0), window=30, maximum=100,
            since="v1.3"),
)  # fmt: skip

CAPPED = (
    Capped("session_minutes_mean_capped_30d", "amount", "minutes",
           "Mean length of the sessions, but at most the 99th percentile of all customers of the same as_of",
           "session_minutes_mean_30d", window=30, null=NO_SESSION, since="v1.1"),
)  # fmt: skip


def _session_seconds(w: Window) -> tuple[Values, Values]:
    return spread(w.sum("sessions"), w.sum("session_seconds"), w.sum("session_seconds_squared"))


def _consistency(w: Window) -> Values:
    mean, std = _interval_seconds(w)
    return 1 / (1 + ratio(std, mean))


def _interval_seconds(w: Window) -> tuple[Values, Values]:
    return spread(w.sum("intervals"), w.sum("interval_seconds"), w.sum("interval_seconds_squared"))
