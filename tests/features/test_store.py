"""The feature store on real Delta tables."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import DataRefused, UserError
from churn_spark.features.store import FeatureStore, Lookup
from churn_spark.lake import Lake
from tests.rows import assert_rows

PLAYS, BILLS = "customer_features.plays", "customer_features.bills"
PLAYS_SCHEMA = "user_id STRING COMMENT 'Customer', as_of TIMESTAMP COMMENT 'Time', songs DOUBLE COMMENT 'Songs played'"
LABELLED = "user_id STRING, as_of TIMESTAMP, churned BOOLEAN"


def day(number: int) -> datetime:
    return datetime(2026, 1, number)


@pytest.fixture
def store(lake: Lake, spark: SparkSession) -> FeatureStore:
    """Two tables: songs as of the first and the eighth, bills of ann as of the eighth."""
    store = FeatureStore(lake)
    store.create_table(PLAYS, ["user_id"], "as_of", PLAYS_SCHEMA, "What customers play")
    store.create_table(
        BILLS, ["user_id"], "billed_at", "user_id STRING, billed_at TIMESTAMP, fee DOUBLE, debt DOUBLE", "Their bills"
    )
    store.write_table(PLAYS, plays(spark, ("ann", 1, 1.0), ("bob", 1, 2.0), ("ann", 8, 3.0)))
    bills = spark.createDataFrame(
        [("ann", day(8), 10.0, 0.0)], "user_id STRING, billed_at TIMESTAMP, fee DOUBLE, debt DOUBLE"
    )
    store.write_table(BILLS, bills)
    return store


def plays(spark: SparkSession, *rows: tuple[str, int, float]) -> DataFrame:
    return spark.createDataFrame(
        [(user, day(number), songs) for user, number, songs in rows], "user_id STRING, as_of TIMESTAMP, songs DOUBLE"
    )


def test_a_table_is_made_as_described(store: FeatureStore, spark: SparkSession) -> None:
    [detail] = spark.sql(f"DESCRIBE DETAIL {store.lake.name(store.lake.declared(PLAYS))}").collect()
    assert detail["description"] == "What customers play"
    assert detail["clusteringColumns"] == ["as_of", "user_id"]
    assert detail["properties"]["delta.enableChangeDataFeed"] == "true"
    assert store.lake.declared(PLAYS).keys == ("user_id", "as_of")
    assert store.read_table(PLAYS).schema["songs"].metadata == {"comment": "Songs played"}


def test_a_schema_without_a_key_is_refused(lake: Lake) -> None:
    with pytest.raises(UserError, match="no column as_of, which is a key"):
        FeatureStore(lake).create_table(PLAYS, ["user_id"], "as_of", "user_id STRING", "No time")


def test_merge_keeps_the_other_rows_and_overwrite_does_not(store: FeatureStore, spark: SparkSession) -> None:
    store.write_table(PLAYS, plays(spark, ("ann", 8, 9.0)))
    assert_rows(store.read_table(PLAYS), plays(spark, ("ann", 1, 1.0), ("bob", 1, 2.0), ("ann", 8, 9.0)))
    store.write_table(PLAYS, plays(spark, ("cid", 8, 4.0)), mode="overwrite")
    assert_rows(store.read_table(PLAYS), plays(spark, ("cid", 8, 4.0)))


def test_as_of_gives_the_newest_row_not_after_it(store: FeatureStore, spark: SparkSession) -> None:
    assert_rows(store.read_table(PLAYS, as_of="2026-01-07"), plays(spark, ("ann", 1, 1.0), ("bob", 1, 2.0)))
    assert_rows(store.read_table(PLAYS, as_of="2026-01-08"), plays(spark, ("ann", 8, 3.0), ("bob", 1, 2.0)))


def test_a_version_is_the_table_as_it_was(store: FeatureStore, spark: SparkSession) -> None:
    before = store.lake.version(store.lake.declared(PLAYS))
    store.write_table(PLAYS, plays(spark, ("cid", 8, 4.0)), mode="overwrite")
    assert store.read_table(PLAYS, version=before).count() == 3


def test_a_training_set_knows_of_each_table_what_was_known_then(store: FeatureStore, spark: SparkSession) -> None:
    labels = spark.createDataFrame([("ann", day(7), True), ("ann", day(8), False), ("bob", day(9), True)], LABELLED)
    made = store.create_training_set(labels, [Lookup(PLAYS), Lookup(BILLS)], exclude=["debt"])
    expected = spark.createDataFrame(
        [("ann", day(7), True, 1.0, None), ("ann", day(8), False, 3.0, 10.0), ("bob", day(9), True, 2.0, None)],
        f"{LABELLED}, songs DOUBLE, fee DOUBLE",
    )
    assert_rows(made.rows, expected)


def test_its_lookups_give_the_same_rows_after_the_tables_have_changed(store: FeatureStore, spark: SparkSession) -> None:
    labels = spark.createDataFrame([("ann", day(8), True)], LABELLED)
    made = store.create_training_set(labels, [Lookup(PLAYS)])
    store.write_table(PLAYS, plays(spark, ("ann", 8, 99.0)))
    assert_rows(store.create_training_set(labels, made.lookups).rows, made.rows)
    assert [lookup.features for lookup in made.lookups] == [("songs",)]


def test_inference_gets_what_is_known_now(store: FeatureStore, spark: SparkSession) -> None:
    users = spark.createDataFrame([("ann",), ("bob",), ("eve",)], "user_id STRING")
    expected = spark.createDataFrame(
        [("ann", day(8), 3.0, 10.0), ("bob", day(8), None, None), ("eve", day(8), None, None)],
        "user_id STRING, as_of TIMESTAMP, songs DOUBLE, fee DOUBLE",
    )
    assert_rows(store.get_features_for_inference(users, [Lookup(PLAYS), Lookup(BILLS, ("fee",))]), expected)


def test_what_is_published_can_be_read_without_spark(store: FeatureStore, spark: SparkSession, tmp_path: Path) -> None:
    users, file = spark.createDataFrame([("ann",), ("bob",)], "user_id STRING"), tmp_path / "online" / "features.sqlite"
    for _ in range(2):
        assert store.publish_online(users, [Lookup(PLAYS)], file) == 2
    with sqlite3.connect(file) as connection:
        found = {user: (as_of, json.loads(features)) for user, as_of, features in connection.execute(
            "SELECT user_id, as_of, features FROM features")}  # fmt: skip
    connection.close()
    assert {user: features for user, (_, features) in found.items()} == {"ann": {"songs": 3.0}, "bob": {"songs": None}}
    assert datetime.fromisoformat(found["ann"][0]) == datetime(2026, 1, 8, tzinfo=UTC)
    assert [path.name for path in file.parent.iterdir()] == ["features.sqlite"]


@pytest.mark.parametrize(
    ("lookup", "error", "message"),
    [
        (Lookup(PLAYS, ("sogns",)), UserError, r"plays: version \d+ has no feature sogns"),
        (Lookup("customer_features.nowhere"), DataRefused, "no such table"),
    ],
)
def test_a_lookup_of_what_is_not_there_is_refused(
    store: FeatureStore, spark: SparkSession, lookup: Lookup, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        store.create_training_set(spark.createDataFrame([], LABELLED), [lookup])
