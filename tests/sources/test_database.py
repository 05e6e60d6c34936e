"""Customers and payments from a real PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from pyspark.sql import SparkSession

from churn_spark.errors import DataRefused, UserError
from churn_spark.settings.all import Settings
from churn_spark.sources.reading import read_source
from tests.sources import postgres
from tests.sources.postgres import Postgres
from tests.sources.settings import with_source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with postgres.running() as server:
        server.run(
            "CREATE TABLE payments (id int, customer text, at timestamptz, local timestamp, price numeric(10, 2));"
            "INSERT INTO payments SELECT n, 'ann', '2026-01-05 10:00+01', '2026-01-05 10:00', n "
            "FROM generate_series(1, 9) n;"
            "CREATE TABLE odd (id int, price numeric, at timestamp, day date, since timestamptz);"
            "INSERT INTO odd VALUES (1, 1, '2026-01-05', '2026-01-05', '2026-01-05'),"
            "(2, 'NaN', 'infinity', '-infinity', '4713-01-01 BC'), (3, 1e40, NULL, NULL, NULL)"
        )
        yield server


def reading(
    settings: Settings, database: Postgres, table: str = "payments", password: str = postgres.PASSWORD, **source: object
) -> Settings:
    named = with_source(settings, "transactions", {}, location=database.url, table=table, **source)
    secret = {"jdbc_user": postgres.USER, "jdbc_password": SecretStr(password)}
    return named.model_copy(update={"sources": named.sources.model_copy(update=secret)})


def with_columns(settings: Settings, columns: dict[str, str | None]) -> Settings:
    source = settings.sources.transactions.model_copy(update={"columns": columns})
    return settings.model_copy(update={"sources": settings.sources.model_copy(update={"transactions": source})})


def test_a_table_is_read_in_ranges_without_loss(spark: SparkSession, settings: Settings, database: Postgres) -> None:
    rows = read_source(spark, "transactions", reading(settings, database, split_by="id", partitions=3))
    assert rows is not None
    assert rows.rdd.getNumPartitions() == 3
    assert sorted(row.id for row in rows.collect()) == list(range(1, 10))


def test_a_query_stands_for_a_table(spark: SparkSession, settings: Settings, database: Postgres) -> None:
    query = "(SELECT at, local FROM payments WHERE id = 1)"
    rows = read_source(spark, "transactions", reading(settings, database, table=query))
    assert rows is not None
    assert dict(rows.dtypes) == {"at": "timestamp", "local": "timestamp_ntz"}
    assert rows.selectExpr("unix_seconds(at) AS s").first().s == datetime(2026, 1, 5, 9, tzinfo=UTC).timestamp()


def test_a_wrong_password_is_told_without_it(spark: SparkSession, settings: Settings, database: Postgres) -> None:
    with pytest.raises(
        UserError, match=r"sources\.transactions\.location: .*password authentication failed"
    ) as refused:
        read_source(spark, "transactions", reading(settings, database, password="wrong-one"))
    assert "wrong-one" not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "value"),
    [("price", "NaN"), ("at", "infinity"), ("day", "-infinity"), ("since", r"4713-01-01 \S+ BC")],
)
def test_a_value_that_spark_does_not_know_is_refused(
    spark: SparkSession, settings: Settings, database: Postgres, column: str, value: str
) -> None:
    named = with_columns(reading(settings, database, table="odd"), {"amount": column})
    with pytest.raises(DataRefused, match=rf"transactions\.columns: {column} has the value {value}, which Spark"):
        read_source(spark, "transactions", named)


def test_a_number_that_is_too_large_is_refused_if_it_is_in_use(
    spark: SparkSession, settings: Settings, database: Postgres
) -> None:
    large = "(SELECT * FROM odd WHERE id <> 2)"
    with pytest.raises(DataRefused, match=r"price has the value 10{40}, which Spark does not know"):
        read_source(spark, "transactions", with_columns(reading(settings, database, table=large), {"amount": "price"}))
    rows = read_source(spark, "transactions", with_columns(reading(settings, database, table=large), {"amount": "id"}))
    assert rows is not None
    assert sorted(row.id for row in rows.select("id").collect()) == [1, 3]
