"""Session keys and the sessions table."""

from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.identity.sessions import user_sessions, with_cap_and_gap
from churn_spark.identity.tables import SESSIONS
from churn_spark.lake import Lake
from tests.identity.events import silver

HOUR = 60  # minutes


def sessions(events: DataFrame) -> DataFrame:
    return events.transform(user_sessions).transform(with_cap_and_gap)


def keys(spark: SparkSession, *minutes: int) -> list[str]:
    events = silver(spark, *[(1, minute, item, "ann") for item, minute in enumerate(minutes)])
    return [row.session_key for row in events.orderBy("event_ms").collect()]


def test_a_pause_longer_than_the_gap_begins_another_session(spark: SparkSession) -> None:
    assert keys(spark, 0, 6 * HOUR, 12 * HOUR + 1) == ["1-0", "1-0", f"1-{(12 * HOUR + 1) * 60_000}"]


def test_the_key_is_the_same_in_any_order(spark: SparkSession) -> None:
    assert keys(spark, 20 * HOUR, 3 * HOUR, 0, 21 * HOUR) == keys(spark, 0, 3 * HOUR, 20 * HOUR, 21 * HOUR)


def test_a_session_has_the_sums_of_one_user(spark: SparkSession, lake: Lake) -> None:
    song = {"page": "NextSong"}
    rows = [(1, 1, 0, "ann", song), (1, 2, 1, "ann"), (1, 4, 2, "ann", song), (1, 2, 0, "bob"), (1, 3, 1, None)]
    lake.replace(SESSIONS, sessions(silver(spark, *rows)))
    found = {row.user_id: row for row in lake.read(SESSIONS).collect()}
    assert found.keys() == {"ann", "bob"}
    ann = found["ann"]
    assert (ann.session_key, ann.session_id, ann.start_ms, ann.end_ms) == ("1-60000", 1, 60_000, 240_000)
    assert (ann.events, ann.songs, ann.length_s, ann.gap_s) == (3, 2, 180, None)
    assert ann.end_date == date(1970, 1, 1)


def test_the_gap_reaches_back_to_the_users_session_before(spark: SparkSession) -> None:
    rows = sessions(silver(spark, (1, 0, 0, "ann"), (1, 5, 1, "ann"), (2, 3, 0, "bob"), (3, 65, 0, "ann")))
    assert rows.where("session_id = 3").first().gap_s == HOUR * 60


def test_the_cap_comes_from_the_sessions_that_end_on_the_same_day(spark: SparkSession) -> None:
    day = 24 * HOUR
    lengths = [*[10] * 99, 60]
    first = [(n, minute, 0, f"user {n}") for n, length in enumerate(lengths) for minute in (0, length)]
    later = [(n, day + minute, 0, "ann") for n, minute in [(1, 0), (1, 300)]]
    rows = sessions(silver(spark, *first, *later)).where(F.col("length_s") > 600).orderBy("end_ms").collect()
    assert [row.length_s for row in rows] == [3600, 300 * 60]
    assert 600 < rows[0].capped_length_s < 3600
    assert rows[1].capped_length_s == rows[1].length_s
