"""Tables on real Delta: declared schema, idempotent writes, both layouts."""

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.table import Table
from tests.rows import assert_rows

VISITS = Table(
    "gold.visits",
    "Visits of a user's day; made for the test",
    "user_id STRING NOT NULL COMMENT 'User', day INT COMMENT 'Day', visits BIGINT COMMENT 'Visits'",
    keys=("user_id", "day"),
    cluster_by=("day",),
)
GROWING = Table("gold.growing", "May grow", "user_id STRING, visits BIGINT", keys=("user_id",), evolves=True)


def visits(spark: SparkSession, *rows: tuple[str, int, int]) -> DataFrame:
    return spark.createDataFrame(list(rows), "user_id STRING, day INT, visits BIGINT")


def test_a_batch_is_appended_once(lake: Lake, spark: SparkSession) -> None:
    first, second = visits(spark, ("ann", 1, 3)), visits(spark, ("bob", 1, 4))
    lake.append(VISITS, first, "job", 0)
    lake.append(VISITS, first, "job", 0)
    lake.append(VISITS, second, "job", 1)
    assert_rows(lake.read(VISITS), visits(spark, ("ann", 1, 3), ("bob", 1, 4)))


@pytest.mark.parametrize("left", ["_delta_log", "_delta_log/_staged_commits"])
@pytest.mark.parametrize("begun", [[], [".00000000000000000000.json.tmp"]])
def test_what_a_killed_job_left_of_a_table_is_removed(
    lake: Lake, spark: SparkSession, left: str, begun: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("churn_spark.lake.COMMIT_SECONDS", 1)
    folder = Path(lake.settings.path("gold", "visits"), left)
    folder.mkdir(parents=True)
    for name in begun:
        (folder / name).touch()
    rows = visits(spark, ("ann", 1, 3))
    lake.append(VISITS, rows, "job", 0)
    assert_rows(lake.read(VISITS), rows)


def test_files_without_a_table_are_left_and_named(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("churn_spark.lake.COMMIT_SECONDS", 1)
    left = Path(lake.settings.path("gold", "visits"), "_delta_log", "another.file")
    left.parent.mkdir(parents=True)
    left.touch()
    with pytest.raises(DataRefused, match=f"gold.visits: {left.parent.parent} holds files but no table"):
        lake.create(VISITS)
    assert left.exists()


def test_a_table_that_another_job_is_about_to_commit_is_awaited(lake: Lake, spark: SparkSession) -> None:
    elsewhere = replace(VISITS, name="gold.elsewhere")
    lake.create(elsewhere)
    committed = Path(lake.settings.path("gold", "elsewhere"), "_delta_log")
    begun = Path(lake.settings.path("gold", "visits"), "_delta_log")
    begun.mkdir(parents=True)
    with pytest.raises(AnalysisException):
        spark.read.table(lake.name(VISITS))  # from now on Delta remembers that it is not there
    other = threading.Timer(2, committed.rename, [begun])
    other.start()
    rows = visits(spark, ("ann", 1, 3))
    lake.append(VISITS, rows, "job", 0)
    other.join()
    assert_rows(lake.read(VISITS), rows)


def test_on_a_local_disk_a_commit_waits_for_that_of_another_job(lake: Lake, spark: SparkSession) -> None:
    lake.create(VISITS)
    rows = visits(spark, ("ann", 1, 3))
    commit = threading.Thread(target=lake.append, args=(VISITS, rows, "job", 0))
    with FileLock(lake.settings.path("gold", ".visits.lock")):
        commit.start()
        commit.join(3)
        assert commit.is_alive()
        assert lake.version(VISITS) == 0
    commit.join()
    assert_rows(lake.read(VISITS), rows)


def test_merge_updates_by_key_and_inserts_the_rest(lake: Lake, spark: SparkSession) -> None:
    lake.merge(VISITS, visits(spark, ("ann", 1, 3), ("bob", 1, 4)))
    lake.merge(VISITS, visits(spark, ("ann", 1, 9), ("ann", 2, 5)))
    assert_rows(lake.read(VISITS), visits(spark, ("ann", 1, 9), ("ann", 2, 5), ("bob", 1, 4)))


def test_replace_leaves_only_the_new_rows_and_keeps_the_declaration(lake: Lake, spark: SparkSession) -> None:
    lake.append(VISITS, visits(spark, ("ann", 1, 3)), "job", 0)
    lake.replace(VISITS, visits(spark, ("bob", 2, 4)))
    assert_rows(lake.read(VISITS), visits(spark, ("bob", 2, 4)))
    [detail] = spark.sql(f"DESCRIBE DETAIL {lake.name(VISITS)}").collect()
    assert detail["clusteringColumns"] == ["day"]
    assert detail["description"] == VISITS.comment
    assert [field.metadata["comment"] for field in lake.read(VISITS).schema] == ["User", "Day", "Visits"]


def test_undeclared_columns_are_refused(lake: Lake, spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match="schema mismatch"):
        lake.replace(VISITS, visits(spark, ("ann", 1, 3)).selectExpr("*", "1 AS more"))


def test_a_table_that_may_evolve_takes_new_columns(lake: Lake, spark: SparkSession) -> None:
    lake.replace(GROWING, spark.createDataFrame([("ann", 3)], "user_id STRING, visits BIGINT"))
    lake.merge(GROWING, spark.createDataFrame([("bob", 4, 1.5)], "user_id STRING, visits BIGINT, hours DOUBLE"))
    expected = spark.createDataFrame([("ann", 3, None), ("bob", 4, 1.5)], "user_id STRING, visits BIGINT, hours DOUBLE")
    assert_rows(lake.read(GROWING), expected)


def test_a_table_that_is_not_there_is_named(lake: Lake) -> None:
    with pytest.raises(DataRefused, match=r"gold\.visits: no such table"):
        lake.read(VISITS)


def test_the_catalog_layout_holds_the_same_table(lake: Lake, spark: SparkSession) -> None:
    in_catalog = Lake(spark, lake.settings.model_copy(update={"catalog": "spark_catalog"}))
    spark.sql("DROP SCHEMA IF EXISTS gold CASCADE")
    in_catalog.replace(VISITS, visits(spark, ("ann", 1, 3)))
    in_catalog.merge(VISITS, visits(spark, ("ann", 1, 4)))
    assert in_catalog.name(VISITS) == "spark_catalog.gold.visits"
    assert_rows(in_catalog.read(VISITS), visits(spark, ("ann", 1, 4)))
    assert in_catalog.version(VISITS) == 2


def test_the_change_feed_tells_what_came_and_went(lake: Lake, spark: SparkSession) -> None:
    fed = replace(VISITS, change_feed=True)
    lake.append(fed, visits(spark, ("ann", 1, 3), ("bob", 2, 4)), "job", 0)
    before = lake.version(fed)
    lake.replace(fed, visits(spark, ("cat", 1, 5)), where="day = 1")
    changes = lake.changes(fed, before, lake.version(fed)).select("user_id", "_change_type")
    assert {tuple(row) for row in changes.collect()} == {("ann", "delete"), ("cat", "insert")}


def test_an_earlier_version_can_be_read(lake: Lake, spark: SparkSession) -> None:
    lake.append(VISITS, visits(spark, ("ann", 1, 3)), "job", 0)
    before = lake.version(VISITS)
    lake.append(VISITS, visits(spark, ("bob", 1, 4)), "job", 1)
    assert lake.read(VISITS, before).select("user_id").collect() == [("ann",)]


def test_notes_tell_what_each_version_was_made_from(lake: Lake, spark: SparkSession) -> None:
    assert (lake.notes(VISITS), lake.made_from(VISITS)) == ({}, {})
    for version in (4, 5):
        lake.replace(VISITS, visits(spark, ("ann", 1, version)), made_from={"bronze.events": version})
    lake.merge(VISITS, visits(spark, ("ann", 1, 9)))
    assert {version: note["made_from"]["bronze.events"] for version, note in lake.notes(VISITS).items()} == {1: 4, 2: 5}
    assert lake.is_current(VISITS, {"bronze.events": 5})
    assert not lake.is_current(VISITS, {"bronze.events": 6})


@pytest.mark.parametrize(
    "changed", [replace(VISITS, version=2), replace(VISITS, columns=VISITS.columns + ", songs BIGINT COMMENT 'Songs'")]
)
def test_another_version_or_column_makes_a_table_anew(lake: Lake, spark: SparkSession, changed: Table) -> None:
    lake.replace(VISITS, visits(spark, ("ann", 1, 4)), made_from={"bronze.events": 5})
    assert lake.made_from(changed) == {}
    lake.replace(changed, visits(spark, ("ann", 1, 4)), made_from={"bronze.events": 5})
    assert lake.is_current(changed, {"bronze.events": 5})


def test_another_comment_alone_leaves_a_table_current(lake: Lake, spark: SparkSession) -> None:
    lake.replace(VISITS, visits(spark, ("ann", 1, 4)), made_from={"bronze.events": 5})
    assert lake.is_current(
        replace(VISITS, columns=VISITS.columns.replace("'User'", "'It\\'s a user'")), {"bronze.events": 5}
    )


def test_a_new_column_is_added_to_a_table_of_an_earlier_release(lake: Lake, spark: SparkSession) -> None:
    lake.merge(VISITS, visits(spark, ("ann", 1, 4)))
    grown = replace(VISITS, columns=VISITS.columns + ", songs BIGINT NOT NULL COMMENT 'Songs, or tunes'")
    lake.create(grown)
    assert lake.read(grown).collect() == [("ann", 1, 4, None)]
    assert lake.read(grown).schema["songs"].metadata == {"comment": "Songs, or tunes"}


def test_changed_days_are_those_of_all_versions_since(lake: Lake, spark: SparkSession) -> None:
    for day in (1, 2, 3):
        lake.replace(VISITS, visits(spark, ("ann", day, 1)), f"day = {day}", days=[date(2026, 1, day)])
    assert lake.changed_days(VISITS, 1) == (3, [date(2026, 1, 2), date(2026, 1, 3)])
    assert lake.changed_days(VISITS, 3) == (3, [])
    assert lake.changed_days(VISITS, None) == (3, None)


def test_a_schema_prefix_stands_before_every_schema(lake: Lake, spark: SparkSession) -> None:
    prefixed = Lake(spark, lake.settings.model_copy(update={"schema_prefix": "dev_"}))
    prefixed.merge(VISITS, visits(spark, ("ann", 1, 4)))
    assert prefixed.name(VISITS).endswith("/lake/dev_gold/visits`")
    assert not lake.exists(VISITS)
    in_catalog = Lake(spark, lake.settings.model_copy(update={"schema_prefix": "dev_", "catalog": "main"}))
    assert in_catalog.name(VISITS) == "main.dev_gold.visits"
