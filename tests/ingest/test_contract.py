"""The event contract, line by line."""

import json
from datetime import date

import pytest
from pyspark.sql import Row, SparkSession

from churn_spark.ingest.contract import broken, kept, parse

LINE = {
    "ts": 1541044398796,
    "sessionId": 5,
    "itemInSession": 0,
    "page": "Home",
    "auth": "Logged In",
    "userId": "7",
}


def parsed(spark: SparkSession, line: str) -> Row:
    lines = spark.createDataFrame([(line, "f.json", 0)], "line STRING, source_file STRING, ingest_batch BIGINT")
    return parse(lines, date(2010, 1, 1), date(2100, 1, 1)).first()


def line(**changes: object) -> str:
    return json.dumps({**LINE, **changes})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ('{"ts": 1541044398796, "sess', "not_json"),
        ("", "not_json"),
        ("[1, 2]", "not_json"),
        (line(ts=None), "missing_ts"),
        (line(page=""), "missing_page"),
        (line(sessionId="abc"), "missing_sessionId"),
        (line(itemInSession=1.5), "missing_itemInSession"),
        (line(ts=1541044398), "ts_out_of_range"),
        (line(ts=4102444800000), "ts_out_of_range"),
        (line(itemInSession=-1), "itemInSession_out_of_range"),
        (line(length=0), "length_out_of_range"),
    ],
)
def test_a_line_that_breaks_the_contract_has_its_reason(spark: SparkSession, raw: str, reason: str) -> None:
    assert parsed(spark, raw).reason == reason


@pytest.mark.parametrize(
    ("field", "raw", "typed"),
    [
        ("userId", 7, "7"),
        ("userId", "", None),
        ("userId", None, None),
        ("registration", 1541044398796.0, 1541044398796),
        ("registration", "2018-11-01T03:53:18.796Z", 1541044398796),
        ("registration", "long ago", None),
        ("status", "200", 200),
        ("length", "180.5", 180.5),
        ("page", "Anything New", "Anything New"),
    ],
)
def test_a_field_is_cast_tolerantly(spark: SparkSession, field: str, raw: object, typed: object) -> None:
    row = parsed(spark, line(**{field: raw}))
    assert (row.reason, row[field]) == (None, typed)


def test_unknown_fields_are_rescued(spark: SparkSession) -> None:
    row = parsed(spark, line(device={"os": "iOS"}, appVersion=3))
    assert json.loads(row.rescued) == {"device": '{"os":"iOS"}', "appVersion": "3"}
    assert parsed(spark, line()).rescued is None


def test_every_line_is_kept_or_broken(spark: SparkSession) -> None:
    lines = spark.createDataFrame(
        [(raw, "f.json", 0) for raw in (line(), line(ts=None), "garbage", line(length=-1), line(userId=9))],
        "line STRING, source_file STRING, ingest_batch BIGINT",
    )
    rows = parse(lines, date(2010, 1, 1), date(2100, 1, 1))
    assert kept(rows).count() == 2
    assert {row.reason for row in broken(rows).collect()} == {"missing_ts", "not_json", "length_out_of_range"}
