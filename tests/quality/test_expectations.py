"""Each expectation of a table: the events that it is there for fail it, and only those."""

from pyspark.sql import SparkSession

from churn_spark.identity.expectations import silver_events
from churn_spark.identity.tables import SILVER_EVENTS
from churn_spark.ingest.expectations import bronze_events
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.quality.expectation import RowsSatisfy, RowsUnique
from churn_spark.quality.validation import validate
from churn_spark.settings.all import Settings
from churn_spark.table import Table
from tests.findings import failures
from tests.rows import Event, bronze, event, logged, silver


def test_bronze_events(spark: SparkSession, settings: Settings) -> None:
    song = logged(page="NextSong", method="PUT", status=200, level="free", length=201.5)
    good = bronze(spark, song, logged(item=1, level=None, method=None, length=None))
    assert failures(good, BRONZE_EVENTS, bronze_events(settings.ingest)) == set()
    bad = [
        logged(sessionId=None), logged(page=None), logged(auth=None), logged(ts=1262304000000 - 1),
        logged(ts=4102444800000), logged(item=-1), logged(length=0.0), logged(page="Jam"), logged(auth="in"),
        logged(level="gold"), logged(method="PAT"), *[logged(None)] * 4,
    ]  # fmt: skip
    assert failures(bronze(spark, *bad), BRONZE_EVENTS, bronze_events(settings.ingest)) == {
        ("sessionId", "critical", 1), ("page", "critical", 1), ("auth", "critical", 1), ("ts", "critical", 2),
        ("itemInSession", "critical", 1), ("length", "critical", 1), ("page", "warning", 1), ("auth", "warning", 1),
        ("level", "warning", 1), ("method", "warning", 1), ("userId", "warning", 4),
    }  # fmt: skip


def test_silver_events(spark: SparkSession, settings: Settings) -> None:
    def known(**columns: object) -> Event:
        return event("ab" * 32, **columns)

    bad = [
        known(event_ms=1541116800000), known(event_date=None), event("7"), known(user_id_source="guess"),
        known(user_id_source=None), event(None), event(None), known(user_id_confidence=1.5), known(level="gold"),
        known(length_ms=0), known(session_key=None), known(item=0), known(item=0),
    ]  # fmt: skip
    assert failures(silver(spark, *bad).drop("artist"), SILVER_EVENTS, silver_events(settings.identity)) == {
        ("event_date", "critical", 2), ("user_id", "critical", 1), ("user_id", "critical", 2),
        ("user_id_source", "critical", 1), ("user_id_confidence", "critical", 1), ("level", "warning", 1),
        ("length_ms", "critical", 1), ("session_key", "critical", 1), (None, "critical", 1),
        (None, "critical", None),  # artist is declared
    }  # fmt: skip


def test_a_share_may_be_as_large_as_its_limit(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(1, 1), (1, 1), (None, 2), (None, 3), (5, 4)], "user INT, day INT")
    expectations = [
        RowsSatisfy("named", "user IS NOT NULL", max_share=0.4),
        RowsSatisfy("a null is no failure", "user = 1", max_share=0.2),
        RowsUnique("one a day", ["user", "day"], max_share=0.2),
    ]
    table = Table("gold.shares", "Shares", "user INT, day INT")
    assert failures(rows, table, expectations) == set()
    assert failures(rows.limit(0), table, expectations) == set()


def test_all_conditions_take_one_pass(spark: SparkSession, settings: Settings) -> None:
    expectations = bronze_events(settings.ingest)
    passes = spark.sparkContext.accumulator(0)
    rows = bronze(spark, logged())
    counted = spark.createDataFrame(rows.rdd.map(lambda row: (passes.add(1), row)[1]), rows.schema)
    assert len(validate(counted, BRONZE_EVENTS, expectations)) == len(expectations) > 10
    assert passes.value == 1
