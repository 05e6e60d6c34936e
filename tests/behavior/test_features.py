"""Features of a few literal events: their values, and that they know nothing of what comes after `as_of`."""

from datetime import date
from math import log2, sqrt
from pathlib import Path

import numpy as np
import pytest

from churn_spark.behavior.catalogue import BEHAVIOR_FEATURES, CATEGORIES, OWN
from churn_spark.behavior.categories.decay import COUNTS, HALF_LIVES, PER_DAY, PER_SONG, RATE_HALF_LIVES
from churn_spark.behavior.definition import FEATURE_VERSIONS
from churn_spark.behavior.lookback import Lookback
from churn_spark.behavior.online import as_declared
from churn_spark.behavior.regions import region
from churn_spark.behavior.tiles import tiles_of
from churn_spark.clock import day_number
from churn_spark.features.catalogue import page
from tests.rows import Event, arrow, event

AS_OF = date(2026, 2, 2)  # a Monday
ANN = (
    event("ann", "2026-01-02 12:00", 1, "Upgrade"),  # 31 days before as_of, a Friday
    event("ann", "2026-01-03 12:00", 2, song="a/x"),  # 30 days before as_of, a Saturday
    event("ann", "2026-01-10 12:00", 3, song="a/x"),  # a Saturday
    event("ann", "2026-01-28 20:00", 4, song="b/y"),  # a Wednesday
    event("ann", "2026-01-28 20:00", 4, "Thumbs Up"),
    event("ann", "2026-01-28 22:00", 4, "Thumbs Down"),
    event("ann", "2026-02-01 02:00", 5, "Error"),  # a Sunday
    event("ann", "2026-02-01 12:00", 5, "Downgrade"),
)
FUTURE = (
    event("ann", "2026-02-02 00:00", 5, song="c/z"),  # at as_of itself, in a session of the past
    event("ann", "2026-02-10 12:00", 6, "Cancellation Confirmation"),
)
HOURS = np.array([24, 168, 440, 78])  # between the starts of ann's sessions
DAYS_BEFORE = {  # as_of: when ann did what has a half-life
    "sessions": (31, 30, 23, 5, 1), "days": (31, 30, 23, 5, 1), "since registration": range(1, 33),
    "songs": (30, 23, 5), "errors": (1,), "thumbs_up": (5,), "thumbs_down": (5,),
    "upgrade_visits": (31,), "downgrade_visits": (1,),
}  # fmt: skip
RETENTION = 1 - (1 - 4 / 30) ** 28
FEES = sum((RETENTION / 1.01) ** month for month in range(1, 37))


def decayed(column: str, half_life: int) -> float:
    return sum(0.5 ** (days / half_life) for days in DAYS_BEFORE.get(column, ()))


VALUES = {
    "account_age_days": 32, "tenure_bin": 1, "history_days": 31, "weekend_share_30d": 0.75, "evening_share_30d": 1 / 7,
    "night_share_30d": 0, "morning_share_30d": 3 / 7,  # in Buffalo, five hours behind UTC
    "day_part_entropy_30d": -(1 / 7 * log2(1 / 7) + 6 / 7 * log2(3 / 7)),
    "weekday_entropy_30d": -(4 / 7 * log2(2 / 7) + 3 / 7 * log2(3 / 7)), "weekday_share_max_30d": 3 / 7,
    "days_active_7d": 2, "days_active_30d": 4, "days_active_90d": 5, "sessions_7d": 2, "sessions_30d": 4,
    "songs_7d": 1, "songs_30d": 3, "songs_per_session_30d": 0.75, "songs_per_active_day_30d": 0.75,
    "listening_hours_30d": 600 / 3600, "session_minutes_mean_30d": 180, "session_minutes_std_30d": 60 * sqrt(17),
    "session_interval_hours_mean_90d": HOURS.mean(), "session_interval_hours_std_90d": HOURS.std(),
    "session_consistency_90d": 1 / (1 + HOURS.std() / HOURS.mean()),
    "total_sessions": 5, "total_songs": 3, "total_events": 8, "days_active": 5, "login_frequency_30d": 4 / 30,
    "feature_usage_score": 100 * 3 / 7,
    "thumbs_up_30d": 1, "thumbs_down_30d": 1, "thumbs_up_share_30d": 0.5, "thumbs_up_per_100_songs_30d": 100 / 3,
    "thumbs_down_per_100_songs_30d": 100 / 3, "playlist_adds_30d": 0, "playlist_adds_per_100_songs_30d": 0,
    "friend_adds_30d": 0, "adverts_30d": 0, "adverts_per_100_songs_30d": 0,
    "errors_30d": 1, "error_rate_30d": 1 / 7, "client_error_share_30d": 1 / 7, "server_error_share_30d": 0,
    "help_visits_30d": 0, "settings_visits_30d": 0, "logouts_30d": 0, "logouts_per_session_30d": 0,
    "days_since_last_event": 0.5, "days_since_last_song": 4 + 4 / 24, "events_7d": 5, "events_14d": 5, "events_30d": 7,
    "sessions_14d": 2, "songs_14d": 1, "recent_activity_ratio": 5 / 7, "events_vs_baseline_7d": 5 / 7 * 24 / 3,
    "songs_vs_baseline_7d": 1 / 7 * 24 / 2, "events_slope_28d": (3 * (5 - 1) + 0) / 10,
    "events_change_30d": (7 - 1) / (7 + 1),
    "level": 1, "gender": 0, "region": 0,
    "is_paid": 1, "paid_share_90d": 1, "downgrade_visits_30d": 1, "upgrade_visits_30d": 0,
    "days_since_downgrade_visit": 1, "days_since_upgrade_visit": 31, "upgrades": 0, "downgrades": 0,
    "unique_artists_30d": 2, "unique_songs_30d": 2, "artist_entropy_30d": log2(3) - 2 / 3, "repeat_share_30d": 1 / 3,
    "engagement_score_30d": 20 * (4 / 30 + 3 / 500 + 2 / 40), "rfm_recency_days": 1, "rfm_frequency_90d": 5,
    "rfm_monetary_90d": 5, "retention_28d": RETENTION, "clv_3y": FEES,
    "clv_score": 100 * FEES / sum(1.01**-month for month in range(1, 37)),
    "registration_missing": 0, "no_songs_30d": 0, "no_thumbs_30d": 0, "no_sessions_30d": 0,
    **{f"{column}_decayed_{half_life}": decayed(column, half_life) for column in COUNTS for half_life in HALF_LIVES},
    **{f"{column}_per_100_songs_decayed_{half_life}":
           100 * decayed(column, half_life) / (decayed("songs", half_life) + 5)
       for column in PER_SONG for half_life in RATE_HALF_LIVES},
    **{f"{column}_per_day_decayed_{half_life}": decayed(column, half_life) / decayed("since registration", half_life)
       for column in PER_DAY for half_life in RATE_HALF_LIVES},
    **{f"active_share_decayed_{half_life}": decayed("days", half_life) / decayed("since registration", half_life)
       for half_life in RATE_HALF_LIVES},
}  # fmt: skip


def features(*events: Event, as_of: tuple[date, ...] = (AS_OF,)) -> dict[tuple[str, date], dict[str, float]]:
    """Features by user and as_of."""
    history = Lookback(tiles_of(arrow(*events)), [(day - date(1970, 1, 1)).days for day in as_of])
    values = {feature.name: feature.value(history.window(feature.window)) for feature in OWN}
    midnights = history.as_of_days.astype("datetime64[D]").tolist()
    return {
        (user, midnight): {name: float(column[place]) for name, column in values.items()}
        for place, (user, midnight) in enumerate(zip(history.user_ids.to_pylist(), midnights, strict=True))
    }


@pytest.fixture(scope="module")
def ann() -> dict[str, float]:
    return features(*ANN)["ann", AS_OF]


@pytest.mark.parametrize("name", [feature.name for feature in OWN])
def test_value(ann: dict[str, float], name: str) -> None:
    assert ann[name] == pytest.approx(VALUES[name], rel=1e-12)


def test_events_at_or_after_as_of_change_no_feature(ann: dict[str, float]) -> None:
    others = (event("dan", "2026-02-04 12:00", 9, song="a/x"),)
    assert features(*ANN, *FUTURE, *others) == {("ann", AS_OF): ann}


def test_one_as_of_does_not_depend_on_the_others(ann: dict[str, float]) -> None:
    among = features(*ANN, *FUTURE, as_of=(date(2026, 1, 5), date(2026, 1, 29), AS_OF, date(2026, 2, 5)))
    assert among["ann", AS_OF] == ann


def test_what_is_not_known_is_nan() -> None:
    [eve] = features(event("eve", "2025-10-01 12:00", 1)).values()
    unknown = {feature.name for feature in OWN if np.isnan(eve[feature.name])}
    always = {"account_age_days", "tenure_bin", "is_paid", "level", "gender", "region"}  # which eve's event tells
    assert unknown == {feature.name for feature in OWN if feature.null} - always - {"days_since_last_event"}


def test_a_share_of_days_is_at_most_1_and_begins_with_the_first_event_without_a_registration() -> None:
    daily = [event("dan", f"2026-01-{day:02} 12:00", day, registration_ms=None) for day in range(2, 32)]
    [dan] = features(*daily, as_of=(date(2026, 2, 1),)).values()
    assert [dan[f"active_share_decayed_{half_life}"] for half_life in RATE_HALF_LIVES] == pytest.approx([1, 1, 1])
    assert max(dan[f"active_share_decayed_{half_life}"] for half_life in RATE_HALF_LIVES) <= 1


def test_who_has_cancelled_is_no_customer_until_back() -> None:
    left = event("cid", "2026-01-20 12:00", 6, "Cancellation Confirmation")
    back = event("cid", "2026-01-22 12:00", 7)
    as_of = (date(2026, 1, 20), date(2026, 1, 21), date(2026, 1, 23))
    customers = features(event("cid", "2026-01-19 12:00", 5), left, back, as_of=as_of)
    assert [midnight.day for _, midnight in customers] == [20, 23]


def test_a_page_two_seconds_after_the_cancellation_brings_nobody_back() -> None:
    events = arrow(
        event("cid", "2026-01-20 12:00:00", 6, "Cancellation Confirmation"), event("cid", "2026-01-20 12:00:02", 6)
    )
    assert not len(Lookback(tiles_of(events), [day_number(date(2026, 1, 21))]).user_ids)


def test_a_registration_after_as_of_is_no_age() -> None:
    [ann] = features(event("ann", "2025-12-01 12:00"), as_of=(date(2025, 12, 31),)).values()  # registers a day later
    assert np.isnan(ann["account_age_days"])
    assert np.isnan(ann["tenure_bin"])
    assert ann["registration_missing"] == 1


def test_a_session_over_midnight_counts_on_its_first_day_and_grows_on_the_next() -> None:
    events = (event("ann", "2026-01-05 23:00", 1), event("ann", "2026-01-06 01:00", 1))
    first, second = features(*events, as_of=(date(2026, 1, 6), date(2026, 1, 7))).values()
    assert (first["sessions_7d"], second["sessions_7d"]) == (1, 1)
    assert (first["session_minutes_mean_30d"], second["session_minutes_mean_30d"]) == (0, 120)


def test_the_newest_level_counts_where_it_is_known(ann: dict[str, float]) -> None:
    table = arrow(*ANN).to_pandas()
    table.loc[table.index[-2:], "level"] = ["free", None]
    history = Lookback(tiles_of(arrow(*ANN).from_pandas(table, arrow().schema)), [(AS_OF - date(1970, 1, 1)).days])
    is_paid, level = (next(feature for feature in OWN if feature.name == name) for name in ("is_paid", "level"))
    assert (ann["is_paid"], is_paid.value(history.window(None)).tolist()) == (1, [0])
    assert as_declared(level, level.value(history.window(None))).to_pylist() == ["free"]


def test_a_category_is_the_newest_level_that_is_one(ann: dict[str, float]) -> None:
    table = arrow(*ANN).to_pandas()
    table["gender"] = ["F", "M", "M", "F", "F", "F", None, "x"]
    table["location"] = ["Buffalo, NY"] * 6 + ["Tampa, FL", "Berlin"]
    history = Lookback(tiles_of(arrow(*ANN).from_pandas(table, arrow().schema)), [(AS_OF - date(1970, 1, 1)).days])
    declared = {feature.name: feature for feature in OWN if feature.name in ("gender", "region")}
    values = {name: as_declared(one, one.value(history.window(None))).to_pylist() for name, one in declared.items()}
    assert values == {"gender": ["F"], "region": ["South"]}


@pytest.mark.parametrize(
    ("location", "expected"),
    [("Buffalo-Cheektowaga-Niagara Falls, NY", "Northeast"), ("Chicago, IL-IN-WI", "Midwest"), ("Boise, ID", "West"),
     ("Washington, DC-VA-MD-WV", "South"), ("Berlin", None), ("Lima, PE", None), (None, None)],
)  # fmt: skip
def test_the_region_is_that_of_the_first_state(location: str | None, expected: str | None) -> None:
    assert region(location) == expected


def test_every_declaration_is_complete_and_consistent() -> None:
    names = [feature.name for feature in BEHAVIOR_FEATURES]
    assert len(names) == len(set(names)) >= 60
    assert len(CATEGORIES) == 10
    for feature in BEHAVIOR_FEATURES:
        assert (feature.type == "category") == bool(feature.levels), feature.name
        assert feature.since in FEATURE_VERSIONS, feature.name
        assert feature.type not in ("share", "flag") or (feature.minimum, feature.maximum) == (0, 1), feature.name
        suffix = feature.name.rpartition("_")[2]
        if suffix[:-1].isdigit() and suffix.endswith("d"):
            assert f"{feature.window}d" == suffix
        assert "'" not in feature.description


def test_version_1_0_keeps_its_features() -> None:
    assert len([feature for feature in BEHAVIOR_FEATURES if feature.since == "v1.0"]) == 22  # one got another meaning


def test_the_catalogue_page_is_current() -> None:
    written = (Path(__file__).parents[2] / "FEATURES.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m churn_spark.features > FEATURES.md"
