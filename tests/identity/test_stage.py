"""Silver, brought up to bronze step by step."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from churn_spark.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE
from churn_spark.errors import UserError
from churn_spark.identity.key import VARIABLE, key_file
from churn_spark.identity.stage import identity, update_sessions, update_silver
from churn_spark.identity.tables import SESSIONS, SILVER_EVENTS, USER_PSEUDONYMS
from churn_spark.ingest.tables import BRONZE_EVENTS
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL
from tests.rows import Event, assert_rows, bronze, logged, ms

ANN = logged("ann", "2026-01-01")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.setenv(VARIABLE, "k" * 32)
    return load_settings(LOCAL, [f"lake.root={tmp_path / 'lake'}", "identity.refuse_unknown_share=1"])


def land(lake: Lake, batch: int, *lines: Event) -> None:
    rows = bronze(lake.spark, *[line | {"ingest_batch": batch} for line in lines])
    lake.append(BRONZE_EVENTS, rows, "test", batch)


def sessions_of_a_week(rng: random.Random) -> Iterator[Event]:
    """Sessions of five users on six session IDs, interleaved, some over midnight; some lines lack their user."""
    for _ in range(25):
        user, session, at = rng.randrange(5), rng.randrange(6), ms("2026-01-01") + rng.randrange(7 * MS_PER_DAY)
        for item in range(rng.randrange(1, 9)):
            known = str(user) if rng.random() < 0.7 else None
            page = "NextSong" if item else "Login"
            yield logged(known, at, session, page, item, location=f"town {user}", userAgent="browser")
            at += rng.choice([MS_PER_MINUTE, 4 * MS_PER_MINUTE, 3 * MS_PER_HOUR])


@pytest.mark.slow
@hypothesis_settings(
    max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(seed=st.integers(0, 10_000))
def test_step_by_step_is_the_same_as_at_once(
    spark: SparkSession, settings: Settings, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = random.Random(seed)
    lines = list(sessions_of_a_week(rng))
    lines += rng.sample(lines, 5)  # sent twice
    rng.shuffle(lines)
    parts = [lines[:60], lines[60:65], lines[65:]]
    at_once, by_steps = (
        Lake(spark, settings.lake.model_copy(update={"root": str(tmp_path_factory.mktemp("lake"))})) for _ in range(2)
    )
    land(at_once, 0, *lines)
    update_silver(at_once, settings)
    update_sessions(at_once)
    for batch, part in enumerate(parts):
        land(by_steps, batch, *part)
        update_silver(by_steps, settings)
        update_sessions(by_steps)
    for table in (SILVER_EVENTS, SESSIONS):
        assert_rows(by_steps.read(table), at_once.read(table))


def test_rows_that_leave_bronze_leave_silver(lake: Lake, settings: Settings) -> None:
    land(lake, 0, ANN, logged(None, "2026-01-01 00:01", item=1))
    update_silver(lake, settings)
    lake.replace(BRONZE_EVENTS, lake.read(BRONZE_EVENTS).where("userId IS NULL"))
    update_silver(lake, settings)
    assert lake.read(SILVER_EVENTS).select("item_in_session", "user_id").collect() == [(1, None)]


def test_nothing_new_is_no_new_version(lake: Lake, settings: Settings) -> None:
    land(lake, 0, ANN)
    update_silver(lake, settings)
    before = lake.version(SILVER_EVENTS)
    update_silver(lake, settings)
    assert lake.version(SILVER_EVENTS) == before


def test_days_that_a_change_does_not_touch_are_not_written(lake: Lake, settings: Settings) -> None:
    land(lake, 0, ANN)
    update_silver(lake, settings)
    [untouched] = lake.read(SILVER_EVENTS).inputFiles()
    land(lake, 1, logged("bob", "2026-01-06"))
    update_silver(lake, settings)
    assert untouched in lake.read(SILVER_EVENTS).inputFiles()


def test_users_stand_under_their_pseudonyms(lake: Lake, settings: Settings) -> None:
    land(lake, 0, ANN)
    update_silver(lake, settings)
    [(raw, pseudonym)] = lake.read(USER_PSEUDONYMS).collect()
    assert raw == "ann"
    assert [row["user_id"] for row in lake.read(SILVER_EVENTS).collect()] == [pseudonym]


def test_the_pseudonyms_can_be_dropped_and_come_again(lake: Lake, settings: Settings) -> None:
    land(lake, 0, ANN)
    update_silver(lake, settings)
    lake.spark.sql(f"DELETE FROM {lake.name(USER_PSEUDONYMS)}")
    land(lake, 1, logged("ann", "2026-01-01 00:01", item=1))
    update_silver(lake, settings)
    assert lake.read(SILVER_EVENTS).select("user_id").distinct().count() == 1


def test_another_key_is_refused(lake: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    land(lake, 0, ANN)
    update_silver(lake, settings)
    monkeypatch.setenv(VARIABLE, "o" * 32)
    other = load_settings(LOCAL, [f"lake.root={settings.lake.root}"])
    land(lake, 1, ANN)
    with pytest.raises(UserError, match=r"not the key that silver.events was made under"):
        update_silver(lake, other)


def test_forms_of_one_user_id_are_one_user_and_placeholders_none(
    lake: Lake, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    forms = ["39", "39.0", "3.9e1", " 39 ", "039", "undefined", "[object Object]", "  "]
    land(lake, 0, *[logged(form, f"2026-01-01 00:{number:02}", number) for number, form in enumerate(forms)])
    identity(lake, settings)
    assert {row.raw_user_id for row in lake.read(USER_PSEUDONYMS).collect()} == {"39", "039"}
    assert lake.read(SILVER_EVENTS).where("user_id IS NULL").count() == 3
    [warning] = [message for message in caplog.messages if "name nobody" in message]
    assert "[object object] (1 events), undefined (1 events)" in warning


def test_a_key_file_that_is_gone_is_not_made_again(
    lake: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    without = load_settings(LOCAL, [f"lake.root={settings.lake.root}"])
    land(lake, 0, ANN)
    update_silver(lake, without)
    key_file(without).unlink()
    land(lake, 1, ANN)
    with pytest.raises(UserError, match="is not there; put it back"):
        update_silver(lake, without)
    assert not key_file(without).exists()
