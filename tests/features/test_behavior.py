"""Behavioural features: their values, and that they know nothing of what comes after `as_of`."""

from datetime import date

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, Row, SparkSession

from churn_spark.features.behavior import FEATURES, behavior_features
from churn_spark.features.tiles import user_days
from tests.features.events import silver

AS_OF = date(2026, 2, 2)

PAST = (
    ("ann", "2026-01-03", 12, 1, "NextSong"),  # 30 days before as_of
    ("ann", "2026-01-10", 12, 2, "NextSong"),  # a Saturday
    ("ann", "2026-01-28", 20, 3, "NextSong"),
    ("ann", "2026-01-28", 20, 3, "Thumbs Up"),
    ("ann", "2026-01-28", 20, 3, "Thumbs Down"),
    ("ann", "2026-02-01", 12, 4, "Error"),  # a Sunday
    ("bob", "2026-01-02", 12, 5, "NextSong"),  # 31 days before as_of
    ("cid", "2026-01-20", 12, 6, "Cancellation Confirmation"),
)


def features(events: DataFrame, *as_of_days: date) -> DataFrame:
    return behavior_features(user_days(events), as_of_days)


@pytest.fixture(scope="module")
def ann(spark: SparkSession) -> Row:
    return features(silver(spark, *PAST), AS_OF).where("user_id = 'ann'").first()


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("account_age_days", 32.0),
        ("is_paid", 1.0),
        ("days_since_last_event", 0.5),
        ("days_active_7d", 2.0),
        ("days_active_30d", 4.0),
        ("sessions_7d", 2.0),
        ("sessions_30d", 4.0),
        ("songs_7d", 1.0),
        ("songs_30d", 3.0),
        ("songs_per_session_30d", 0.75),
        ("listening_hours_30d", 600 / 3600),
        ("recent_activity_ratio", 4 / 6),
        ("thumbs_up_share_30d", 0.5),
        ("thumbs_down_per_100_songs_30d", 100 / 3),
        ("playlist_adds_30d", 0.0),
        ("friend_adds_30d", 0.0),
        ("adverts_per_100_songs_30d", 0.0),
        ("errors_30d", 1.0),
        ("error_rate_30d", 1 / 6),
        ("help_visits_30d", 0.0),
        ("downgrade_visits_30d", 0.0),
        ("weekend_share_30d", 0.75),
        ("evening_share_30d", 0.5),
    ],
)
def test_value(ann: Row, feature: str, value: float) -> None:
    assert ann[feature] == pytest.approx(value, rel=1e-12)


def test_every_feature_has_a_value_test() -> None:
    [marker] = [mark for mark in test_value.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert [case[0] for case in marker.args[1]] == [feature.name for feature in FEATURES]


def test_shares_of_nothing_are_unknown(spark: SparkSession) -> None:
    bob = features(silver(spark, *PAST), AS_OF).where("user_id = 'bob'").first()
    assert bob.songs_30d == 0
    assert (bob.songs_per_session_30d, bob.thumbs_up_share_30d, bob.error_rate_30d) == (None, None, None)


def test_who_has_cancelled_has_no_row(spark: SparkSession) -> None:
    rows = features(silver(spark, *PAST), date(2026, 1, 20), AS_OF).select("user_id", "as_of").collect()
    assert {row.user_id for row in rows} == {"ann", "bob"}


def test_events_at_or_after_as_of_change_no_feature(spark: SparkSession) -> None:
    future = (
        ("ann", "2026-02-02", 0, 7, "NextSong"),  # at as_of itself
        ("ann", "2026-02-10", 12, 8, "Cancellation Confirmation"),
        ("bob", "2026-02-03", 12, 5, "NextSong"),  # goes on in a session of the past
        ("dan", "2026-02-04", 12, 9, "NextSong"),
    )
    before = features(silver(spark, *PAST), AS_OF)
    after = features(silver(spark, *PAST, *future), AS_OF)
    assert_df_equality(before, after, ignore_row_order=True)


def test_one_as_of_does_not_depend_on_the_others(spark: SparkSession) -> None:
    events = silver(spark, *PAST)
    alone = features(events, AS_OF)
    among = features(events, date(2026, 1, 12), date(2026, 1, 19), AS_OF).where("as_of = '2026-02-02'")
    assert_df_equality(alone, among, ignore_row_order=True)
