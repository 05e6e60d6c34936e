"""The event contract, line by line."""

import json

from pyspark.sql import Row, SparkSession

from churn_spark.ingest.parsing import parse
from churn_spark.settings.all import Settings
from tests.rows import log_line


def parsed(spark: SparkSession, settings: Settings, *lines: str, **contract: object) -> list[Row]:
    rows = spark.createDataFrame([(raw,) for raw in lines], "line STRING").coalesce(1)
    return parse(rows, settings.ingest.model_copy(update=contract)).collect()


BROKEN = [
    ('{"ts": 1541044398796, "sess', "not_json"),
    ("[1, 2]", "not_json"),
    ("null", "not_json"),
    (log_line() + log_line(), "not_json"),
    (log_line() + " rest", "not_json"),
    (f"{log_line()},{log_line()}", "not_json"),
    (log_line(ts=None), "missing_ts"),
    (log_line(ts="T12:30"), "missing_ts"),
    (log_line(page=""), "missing_page"),
    (log_line(sessionId="abc"), "missing_sessionId"),
    (log_line(itemInSession=1.5), "missing_itemInSession"),
    (log_line(ts=1541044398), "ts_out_of_range"),
    (log_line(ts=4102444800000), "ts_out_of_range"),
    (log_line(itemInSession=-1), "itemInSession_out_of_range"),
    (log_line(length=0), "length_out_of_range"),
    (log_line(length="NaN"), "length_out_of_range"),
]


def test_a_line_that_breaks_the_contract_has_its_reason(spark: SparkSession, settings: Settings) -> None:
    rows = parsed(spark, settings, *[raw for raw, _ in BROKEN])
    assert [(row.line, row.reason) for row in rows] == BROKEN


def test_a_blank_line_is_neither_an_event_nor_broken(spark: SparkSession, settings: Settings) -> None:
    [row] = parsed(spark, settings, " ")
    assert (row.reason, row.line) == ("blank", None)


CAST = [
    ("userId", 7, "7"),
    ("userId", "", None),
    ("userId", None, None),
    ("sessionId", 9007199254740993, 9007199254740993),
    ("sessionId", 5.0, 5),
    ("ts", "1541044398796", 1541044398796),
    ("ts", 1541044398796.0, 1541044398796),
    ("ts", "2018-11-01T03:53:18.796Z", 1541044398796),
    ("ts", "2018-11-01 04:53:18.796+01:00", 1541044398796),
    ("registration", 1541044398796.0, 1541044398796),
    ("registration", "2018-11-01T03:53:18.796Z", 1541044398796),
    ("status", "200", 200),
    ("length", "180.5", 180.5),
    ("page", "Anything New", "Anything New"),
    ("appVersion", 3, "3"),
]


def test_a_field_is_cast_tolerantly(spark: SparkSession, settings: Settings) -> None:
    rows = parsed(spark, settings, *[log_line(**{field: raw}) for field, raw, _ in CAST])
    assert [(field, row.reason, row[field]) for row, (field, _, _) in zip(rows, CAST, strict=True)] == [
        (field, None, typed) for field, _, typed in CAST
    ]


def test_ts_has_the_unit_of_the_app_version(spark: SparkSession, settings: Settings) -> None:
    lines = [
        log_line(app="1.4", ts=1541044398),
        log_line(app="1.4", ts=1541044398.796),
        log_line(app="1.4", ts="2018-11-01T03:53:18Z"),
        log_line(app="2.0", ts=1541044398796),
        log_line(ts=1541044398796),
    ]
    rows = parsed(spark, settings, *lines, version_field="app", ts_units={"1.4": "s", "2.0": "ms"})
    assert [row.ts for row in rows] == [
        1541044398000,
        1541044398796,
        1541044398000,
        1541044398796,
        1541044398796,
    ]
    assert [row.appVersion for row in rows] == ["1.4", "1.4", "1.4", "2.0", None]


def test_what_no_column_can_hold_is_rescued(spark: SparkSession, settings: Settings) -> None:
    lines = [
        log_line(device={"os": "iOS"}, referrer=None),
        log_line(registration="long ago", status=200),
        log_line(method=None),
    ]
    unknown, of_another_type, known = parsed(spark, settings, *lines)
    assert json.loads(unknown.rescued) == {"device": '{"os":"iOS"}', "referrer": None}
    assert json.loads(of_another_type.rescued) == {"registration": "long ago"}
    assert known.rescued is None


def test_unknown_values_are_kept_and_named(spark: SparkSession, settings: Settings) -> None:
    lines = [log_line(page="Jam"), log_line(page="Jam", level="gold"), log_line(method=None)]
    rows = parsed(spark, settings, *lines)
    assert [(row.reason, row.unexpected) for row in rows] == [
        (None, "page=Jam"),
        (None, "page=Jam, level=gold"),
        (None, None),
    ]
