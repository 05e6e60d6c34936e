"""A source's columns become those of its silver table, or the settings and the data are told off."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Row, SparkSession

from churn_spark.errors import UserError
from churn_spark.settings.all import Settings
from churn_spark.sources.columns import typed
from churn_spark.sources.tables import TRANSACTIONS
from tests.sources.settings import with_source

COLUMNS: dict[str, str | None] = {"transaction_id": "id", "user_id": "who", "paid_at": "at", "amount": "cents / 100"}


def payments(
    spark: SparkSession,
    settings: Settings,
    *rows: tuple[str | None, ...],
    time_zone: str = "UTC",
    **columns: str | None,
) -> DataFrame:
    """Payments of text, as a CSV file has them, as rows of silver."""
    source = with_source(settings, "transactions", COLUMNS | columns, time_zone=time_zone).sources.transactions
    given = spark.createDataFrame(list(rows), "id STRING, who STRING, at STRING, cents STRING")
    return typed(given, TRANSACTIONS, source, "transactions", settings.identity.placeholder_ids)


def test_text_becomes_what_the_table_declares(spark: SparkSession, settings: Settings) -> None:
    rows = payments(spark, settings, ("1", "ann", "2026-01-05 10:00:00", "1250"))
    assert rows.schema.simpleString() == (
        "struct<transaction_id:string,user_id:string,paid_at:timestamp,amount:decimal(18,4),"
        "failed:boolean,due_at:timestamp,price:decimal(18,4)>"
    )
    assert rows.first() == Row("1", "ann", datetime(2026, 1, 5, 10), Decimal("12.5"), None, None, None)


def test_a_time_without_a_zone_is_one_of_the_setting_and_another_is_its_own(
    spark: SparkSession, settings: Settings
) -> None:
    rows = payments(
        spark, settings,
        ("1", "ann", "2026-01-05 10:00:00", "1"), ("2", "ann", "2026-01-05T10:00:00Z", "1"),
        ("3", "ann", "2026-07-05", "1"),
        time_zone="Europe/Berlin",
    )  # fmt: skip
    instants = {row.transaction_id: datetime.fromtimestamp(row.s, UTC) for row in
                rows.selectExpr("transaction_id", "unix_seconds(paid_at) AS s").collect()}  # fmt: skip
    assert instants == {
        "1": datetime(2026, 1, 5, 9, tzinfo=UTC),
        "2": datetime(2026, 1, 5, 10, tzinfo=UTC),
        "3": datetime(2026, 7, 4, 22, tzinfo=UTC),
    }


def test_a_row_that_comes_twice_is_one(spark: SparkSession, settings: Settings) -> None:
    row = ("1", "ann", "2026-01-05", "1")
    assert payments(spark, settings, row, row).count() == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            ("1", "ann", "soon", "1"),
            "paid_at: 'soon' is no time, in the row with transaction_id '1'; "
            "write an SQL expression for it, such as to_timestamp(at, 'dd.MM.yyyy HH:mm')",
        ),
        (("1", " ", "2026-01-05", "1"), "user_id: the row with transaction_id '1' has none"),
        (("1", "Guest", "2026-01-05", "1"), "user_id: 'Guest' names no user, in the row with transaction_id '1'"),
        (("1", "j\ufffdrg", "2026-01-05", "1"), "user_id: the row with transaction_id '1' is not in UTF-8"),
        ((None, "ann", "2026-01-05", "1"), "transaction_id: a row has none; leave such rows out at the source"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_column_value_row_and_cure(
    spark: SparkSession, settings: Settings, row: tuple[str, ...], message: str
) -> None:
    with pytest.raises(PySparkException) as refused:
        payments(spark, settings, row).collect()
    told = (refused.value.getMessageParameters() or {})["errorMessage"]
    assert told.startswith(f"sources.transactions.columns.{message}")
    assert "ann" not in told and "rg" not in told


def test_a_user_has_one_spelling(spark: SparkSession, settings: Settings) -> None:
    rows = payments(
        spark, settings,
        ("1", "1001.0", "2026-01-05", "1"), ("2", " 1001 ", "2026-01-05", "1"), ("3", "01001", "2026-01-05", "1"),
    )  # fmt: skip
    assert sorted((row.transaction_id, row.user_id) for row in rows.collect()) == [
        ("1", "1001"), ("2", "1001"), ("3", "01001"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"amount": "price"},
            r"columns\.amount: price: cannot be computed from the source's columns, id, who, at, cents",
        ),
        ({"amount": None}, r"columns\.amount: is needed"),
        ({"transaction_id": "uuid()"}, r"columns\.transaction_id: uuid\(\): gives other values each time"),
        ({"user_id": "concat(who, rand())"}, r"columns\.user_id: concat\(who, rand\(\)\): gives other values"),
        ({"transaction_id": "concat(id, now())"}, r"columns\.transaction_id: .*: gives other values each time"),
        ({"user_id": "array(who)"}, r"columns\.user_id: array\(who\): is array<string>; name a column of IDs"),
        ({"amount": "to_date(at)"}, r"columns\.amount: to_date\(at\): is date, which cannot become decimal\(18,4\)"),
        ({"amuont": "cents"}, r"columns: silver\.transactions has no column amuont"),
    ],
)
def test_settings_that_do_not_fit_are_told(
    spark: SparkSession, settings: Settings, columns: dict[str, str | None], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        payments(spark, settings, ("1", "ann", "2026-01-05", "1"), **columns)
