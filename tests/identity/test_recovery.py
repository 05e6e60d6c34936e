"""Recovery of missing user IDs from the session."""

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from churn_spark.identity.recovery import recover_user_ids

EVENTS = "session_id BIGINT, event_ms BIGINT, item_in_session INT, page STRING, user_id STRING"
RECOVERED = f"{EVENTS}, user_id_source STRING"


def check(spark: SparkSession, *expected: tuple[int, int, int, str | None, str | None]) -> None:
    """Rows are (session, time, item, user expected, source expected); only rows of source `logged` name their user."""
    rows = [(session, ms, item, "Home", user, source) for session, ms, item, user, source in expected]
    events = [(*row[:4], row[4] if row[5] == "logged" else None) for row in rows]
    found = recover_user_ids(spark.createDataFrame(events, EVENTS)).select(*RECOVERED.replace(",", "").split()[::2])
    assert_df_equality(found, spark.createDataFrame(rows, RECOVERED), ignore_row_order=True, ignore_nullable=True)


def test_the_only_user_of_a_session_takes_its_rows(spark: SparkSession) -> None:
    check(spark, (1, 10, 0, "ann", "session"), (1, 20, 1, "ann", "logged"), (1, 90, 7, "ann", "session"))


def test_a_session_that_names_nobody_stays_unknown(spark: SparkSession) -> None:
    check(spark, (1, 10, 0, None, None), (2, 10, 0, "bob", "logged"))


def test_a_run_in_a_shared_session_goes_to_the_user_whose_items_it_continues(spark: SparkSession) -> None:
    check(
        spark,
        (1, 10, 4, "ann", "logged"),
        (1, 20, 5, "ann", "sequence"),
        (1, 30, 6, "ann", "sequence"),
        (1, 40, 0, "bob", "logged"),
    )


def test_a_run_in_a_shared_session_goes_to_the_user_to_whom_it_leads(spark: SparkSession) -> None:
    check(spark, (1, 10, 9, "ann", "logged"), (1, 20, 0, "bob", "sequence"), (1, 30, 1, "bob", "logged"))


def test_a_run_that_two_users_claim_stays_unknown(spark: SparkSession) -> None:
    check(spark, (1, 10, 4, "ann", "logged"), (1, 20, 5, None, None), (1, 30, 6, "bob", "logged"))


def test_a_row_that_fits_no_user_of_a_shared_session_stays_unknown(spark: SparkSession) -> None:
    check(spark, (1, 10, 4, "ann", "logged"), (1, 20, 50, None, None), (1, 30, 0, "bob", "logged"))
