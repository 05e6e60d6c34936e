"""Behavioural segments."""

from datetime import datetime

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.features.tables import BEHAVIOR
from churn_spark.lake import Lake
from churn_spark.segments.clusters import BY, COUNT, fit_segments, segment_profiles, with_segments
from churn_spark.segments.stage import segment
from churn_spark.segments.tables import SEGMENTS
from churn_spark.settings.all import Settings
from tests.rows import assert_rows

COLUMNS = "user_id STRING, as_of TIMESTAMP, " + ", ".join(f"{name} DOUBLE" for name in BY)
GROUPS = 12


@pytest.fixture(scope="module")
def customers(spark: SparkSession) -> DataFrame:
    """Twelve groups of five customers each, far apart, whose engagement rises with their number."""
    rows = [
        (f"user {group}-{n}", datetime(2026, 1, 12), 8.0 * group + n / 100, 30.0 * (group % 3), 9.0 * (group % 4), 50.0)
        for group in range(GROUPS)
        for n in range(5)
    ]
    return spark.createDataFrame(rows, COLUMNS)


def test_customers_who_are_alike_are_in_one_segment(customers: DataFrame) -> None:
    rows = with_segments(customers, fit_segments(customers, seed=7)).collect()
    groups = {(row.user_id.split("-")[0], row.segment) for row in rows}
    assert len(groups) == GROUPS
    assert {segment for _, segment in groups} == set(range(1, COUNT + 1))


def test_segments_are_numbered_by_falling_engagement(customers: DataFrame) -> None:
    profiles = segment_profiles(with_segments(customers, fit_segments(customers, seed=7)))
    engagement = [row.engagement_score_30d for row in profiles.orderBy("segment").collect()]
    assert engagement == sorted(engagement, reverse=True)


def test_the_order_and_the_partitions_of_the_rows_do_not_matter(customers: DataFrame) -> None:
    others = customers.orderBy("rfm_frequency_90d").repartition(3)
    found = [with_segments(rows, fit_segments(rows, seed=7)) for rows in (customers, others)]
    assert_rows(*found)


def test_fewer_customers_than_segments_make_fewer_segments(customers: DataFrame) -> None:
    few = customers.where("user_id LIKE 'user 1-%'")
    assert {row.segment for row in with_segments(few, fit_segments(few, seed=7)).collect()} <= set(range(1, 6))


def test_three_customers_are_three_segments(customers: DataFrame) -> None:
    few = customers.where("user_id IN ('user 1-0', 'user 2-0', 'user 3-0')")
    assert {row.segment for row in with_segments(few, fit_segments(few, seed=7)).collect()} == {1, 2, 3}


def test_without_a_customer_no_segments_are_made(lake: Lake, settings: Settings) -> None:
    lake.create(BEHAVIOR)
    assert segment(lake, settings) == {}
    assert not lake.exists(SEGMENTS)
