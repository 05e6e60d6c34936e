"""Features of all users in Spark, equal to those of one user without it."""

from datetime import date, datetime
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from chispa import assert_df_equality
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.catalogue import OWN, RELATIVE
from churn_spark.behavior.online import online_features
from churn_spark.behavior.tiles import EVENT_COLUMNS, SESSION, tiles_of
from churn_spark.calendar import day_of
from churn_spark.features.batch import percentiles, user_days, user_features, whole_users, with_relative_features
from churn_spark.features.parity import NAMES, by_user
from churn_spark.features.stage import features
from churn_spark.features.tables import BEHAVIOR, PERCENTILES, USER_DAYS
from churn_spark.identity.stage import identity
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.ingest.stage import ingest
from churn_spark.lake import Lake
from churn_spark.settings.reading import load_settings
from churn_spark.simulate.stage import simulate
from tests.benchmarks.features_in_sql import duckdb_query
from tests.features.events import Event, arrow, silver
from tests.lakes import LOCAL

LEVELS = [feature.name for feature in OWN if feature.levels]
MONDAYS = (date(2026, 1, 12), date(2026, 1, 19))
EVENTS: tuple[Event, ...] = (
    ("ann", "2026-01-05", 9, 1, "NextSong a/x"),
    ("ann", "2026-01-13", 9, 2, "Home"),
    ("bob", "2026-01-11", 9, 3, "Thumbs Up"),
    ("cid", "2026-01-10", 9, 4, "NextSong b/y"),
    ("cid", "2026-01-11", 9, 5, "Cancellation Confirmation"),
    ("dan", "2026-01-14", 9, 6, "NextSong c/z"),
)


def behavior(tiles: DataFrame) -> DataFrame:
    known = user_features(tiles, MONDAYS)
    return with_relative_features(known, percentiles(known))


def test_every_customer_has_a_row_at_every_as_of(spark: SparkSession) -> None:
    rows = user_features(user_days(silver(spark, *EVENTS)), MONDAYS).select("user_id", "as_of", "songs_30d").collect()
    assert {(row.user_id, row.as_of.day, row.songs_30d) for row in rows} == {
        ("ann", 12, 1), ("ann", 19, 1), ("bob", 12, 0), ("bob", 19, 0), ("dan", 19, 1),
    }  # fmt: skip


@pytest.fixture(scope="module")
def ranked(spark: SparkSession) -> list[Row]:
    """Ten customers whose recency is 1 to 10 days and whose sessions last 10 to 100 minutes, one more a week later."""
    types = ", ".join(f"{feature.name} {feature.sql_type}" for feature in OWN)
    columns = f"user_id STRING, as_of TIMESTAMP, feature_version STRING, {types}"

    def row(user: str, as_of: datetime, days: float) -> tuple[object, ...]:
        values: dict[str, float | None] = {feature.name: None if feature.levels else 0.0 for feature in OWN}
        values |= {"rfm_recency_days": days, "session_minutes_mean_30d": 10 * days}
        return user, as_of, "v1.1", *values.values()

    rows = [row(f"user {days}", datetime(2026, 1, 12), float(days)) for days in range(1, 11)]
    features = spark.createDataFrame([*rows, row("late", datetime(2026, 1, 19), 500.0)], columns)
    relative = with_relative_features(features, percentiles(features)).where("as_of < '2026-01-19'")
    return relative.orderBy("rfm_recency_days").collect()


def test_quintiles_rank_among_the_customers_of_the_same_as_of(ranked: list[Row]) -> None:
    assert [row.rfm_recency_quintile for row in ranked] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_the_rfm_score_is_the_sum_of_its_quintiles(ranked: list[Row]) -> None:
    assert [row.rfm_score for row in ranked] == [7, 7, 6, 6, 5, 5, 4, 4, 3, 3]  # all alike in the other two


def test_a_capped_feature_ends_at_the_99th_percentile(ranked: list[Row]) -> None:
    assert [row.session_minutes_mean_capped_30d for row in ranked[-2:]] == [90, pytest.approx(99.1)]


def test_what_comes_after_as_of_changes_no_row(spark: SparkSession) -> None:
    future: tuple[Event, ...] = (("ann", "2026-01-19", 0, 2, "NextSong a/x"), ("eve", "2026-01-20", 9, 7, "Home"))
    before, after = (behavior(user_days(silver(spark, *events))) for events in (EVENTS, (*EVENTS, *future)))
    assert_df_equality(before, after, ignore_row_order=True)


@given(users=st.lists(st.integers(1, 9), min_size=1, max_size=6), size=st.integers(1, 10))
def test_batches_are_cut_between_users_only(users: list[int], size: int) -> None:
    table = pa.table({"user_id": [str(user) for user, rows in enumerate(users) for _ in range(rows)]})
    tables = list(whole_users(table.to_batches(max_chunksize=size)))
    assert pa.concat_tables(tables) == table
    assert all(left["user_id"][-1] != right["user_id"][0] for left, right in pairwise(tables))


def test_online_without_a_tile_yet() -> None:
    bounds = {feature.of: [1.0, 2.0, 3.0, 4.0] for feature in RELATIVE}
    events = arrow(*[event for event in EVENTS if event[0] == "ann"])
    features = online_features(tiles_of(events).slice(0, 0), events, MONDAYS[1], bounds)
    assert features is not None
    assert (features["songs_30d"], features["sessions_30d"], features["rfm_frequency_quintile"]) == (1, 2, 2)


def test_online_is_none_for_who_is_no_customer() -> None:
    left = arrow(*[event for event in EVENTS if event[0] == "cid"])
    assert online_features(tiles_of(left), left.slice(0, 0), MONDAYS[1], {}) is None


@pytest.fixture(scope="module")
def simulated(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Features of some 600 simulated users."""
    root = tmp_path_factory.mktemp("simulated")
    settings = load_settings(LOCAL, [f"lake.root={root}", "simulate.users=600", "simulate.days=40"])
    lake = Lake(spark, settings.lake)
    for stage in (simulate, ingest, identity, features):
        stage(lake, settings)
    return lake


@pytest.mark.slow
def test_online_equals_batch_for_every_feature_and_simulated_user(simulated: Lake) -> None:
    bounds = dict(simulated.read(PERCENTILES).where("as_of = '2026-01-26'").collect()[0]["percentiles"])
    batch = simulated.read(BEHAVIOR).where("as_of = '2026-01-26'").toPandas().set_index("user_id")
    # Tiles end three days before as_of; what came since is there as events only.
    tiles = by_user(simulated.read(USER_DAYS).where("day < '2026-01-23'").toArrow())
    newest = simulated.read(SILVER_EVENTS).where("user_id IS NOT NULL AND event_date >= '2026-01-23'")
    events = by_user(newest.where("event_date < '2026-01-26'").select(*EVENT_COLUMNS).toArrow())
    assert len(batch) >= 500
    for user, row in batch.iterrows():
        online = online_features(
            tiles.get(user, tiles[None]), events.get(user, events[None]), date(2026, 1, 26), bounds
        )
        assert online is not None
        expected = row[NAMES].to_dict()
        for name in LEVELS:
            assert online.pop(name) == expected.pop(name), user
        values = {name: np.nan if value is None else value for name, value in online.items()}
        assert values == pytest.approx(expected, rel=1e-9, abs=0, nan_ok=True), user


@pytest.mark.slow
def test_batch_equals_the_same_features_written_in_sql(simulated: Lake) -> None:
    days = [date(2026, 1, 12), date(2026, 1, 26)]
    files = [file.removeprefix("file://") for file in simulated.read(SILVER_EVENTS).inputFiles()]
    sql = duckdb.sql(duckdb_query(f"read_parquet({files})", days, SESSION)).df().set_index(["user_id", "as_of_day"])
    batch = simulated.read(BEHAVIOR).withColumn("as_of_day", day_of("as_of")).where(F.col("as_of_day").isin(days))
    ours = batch.toPandas().astype({"as_of_day": "datetime64[us]"}).set_index(["user_id", "as_of_day"])
    assert ours.index.sort_values().equals(sql.index.set_names(ours.index.names).sort_values())
    for name in LEVELS:
        assert ours[name].fillna("").tolist() == sql[name].reindex(ours.index).fillna("").tolist(), name
    for feature in (feature for feature in OWN if not feature.levels):
        theirs = sql[feature.name].astype(float).reindex(ours.index)
        expected = theirs if feature.null else theirs.fillna(0)  # of a user without a song in the window
        np.testing.assert_allclose(ours[feature.name], expected, rtol=1e-9, atol=1e-9, err_msg=feature.name)
