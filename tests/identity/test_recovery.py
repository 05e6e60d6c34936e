"""Recovery of missing user IDs: each scenario has its own sessions, and all are recovered in one Spark job."""

from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.identity.recovery import recover_user_ids
from tests.identity.events import SETTINGS, Line, silver

FREE: dict[str, Any] = {"level": "free"}
PAID: dict[str, Any] = {"level": "paid"}
HERE: dict[str, Any] = {"location": "Wichita, KS", "user_agent": "Firefox"}
ELSEWHERE: dict[str, Any] = {"location": "Tucson, AZ", "user_agent": "Firefox"}
LOGIN: dict[str, Any] = {**HERE, "page": "Login"}
ANN: dict[str, Any] = {**HERE, "registration_ms": 1}
BOB: dict[str, Any] = {"registration_ms": 2}
OUT, IN = (1, 0, 0, None, HERE), (2, 61, 1, "ann", HERE)

Found = tuple[str | None, str | None, float | None]


class Scenario(NamedTuple):
    """Rows of a log, and the user and source wanted for each of those without a user, in order of time."""

    rows: list[Line]
    users: list[str | None]
    source: str | None


SCENARIOS = {
    "the only user takes the rows before, between and after": Scenario(
        [(1, 0, 0, None), (1, 1, 1, "ann"), (1, 2, 2, None), (1, 3, 3, "ann"), (1, 4, 4, None)], ["ann"] * 3, "session"
    ),
    "the only user takes a row behind a lost one": Scenario([(1, 0, 0, "ann"), (1, 9, 9, None)], ["ann"], "session"),
    "the only user does not take a number again": Scenario(
        [(1, 0, 0, "ann"), (1, 1, 1, "ann"), (1, 2, 0, None)], [None], None
    ),
    "a session that names nobody stays unknown": Scenario([(1, 0, 0, None), (2, 0, 0, "bob")], [None], None),
    "an old session of the same number tells nothing": Scenario([(1, 0, 0, "ann"), (1, 999, 1, None)], [None], None),
    "a row whose ID was lost while logged in": Scenario(
        [(1, 0, 0, "ann"), (1, 1, 1, None, {"page": "NextSong"}), (1, 2, 2, "ann"), (1, 2, 0, "bob")],
        ["ann"],
        "sequence",
    ),
    "a run continues a track": Scenario(
        [(1, 0, 4, "ann"), (1, 1, 5, None), (1, 2, 6, None), (1, 3, 20, "bob")], ["ann"] * 2, "sequence"
    ),
    "a run leads to a track": Scenario(
        [(1, 0, 9, "ann"), (1, 1, 0, None), (1, 2, 1, None), (1, 3, 2, "bob")], ["bob"] * 2, "sequence"
    ),
    "users interleaved in the same minutes": Scenario(
        [(1, 0, 4, "ann"), (1, 0, 7, "bob"), (1, 1, 5, None), (1, 2, 8, None), (1, 3, 6, None), (1, 4, 9, None),
         (1, 5, 7, "ann"), (1, 6, 10, "bob")],
        ["ann", "bob", "ann", "bob"],
        "sequence",
    ),
    "a run that two users claim stays unknown": Scenario(
        [(1, 0, 4, "ann"), (1, 1, 5, None), (1, 2, 6, "bob")], [None], None
    ),
    "a row behind two users in lockstep stays unknown": Scenario(
        [(1, 0, 4, "ann"), (1, 0.1, 4, "bob"), (1, 1, 5, None)], [None], None
    ),
    "a row behind a track that ended long before another": Scenario(
        [(1, 0, 4, "ann"), (1, 60, 4, "bob"), (1, 61, 5, None)], ["bob"], "sequence"
    ),
    "a level tells two claims apart": Scenario(
        [(1, 0, 4, "ann", FREE), (1, 1, 5, None, PAID), (1, 2, 6, "bob", PAID)], ["bob"], "sequence"
    ),
    "a row that meets no track of several stays unknown": Scenario(
        [(1, 0, 4, "ann"), (1, 1, 50, None), (1, 2, 0, "bob")], [None], None
    ),
    "another level does not continue a track": Scenario(
        [(1, 0, 4, "ann", ANN), (1, 1, 5, None, PAID), (1, 2, 0, "bob")], [None], None
    ),
    "another place does not continue a track": Scenario(
        [(1, 0, 4, "ann", ANN), (1, 1, 5, None, ELSEWHERE), (1, 2, 0, "bob")], [None], None
    ),
    "a number after its time does not belong to the track": Scenario(
        [(1, 0, 4, "ann"), (1, 1, 6, "ann"), (1, 2, 5, None), (1, 2, 0, "bob")], [None], None
    ),
    "a registration tells the user": Scenario(
        [(1, 0, 4, "ann", ANN), (1, 0, 7, "bob", BOB), (1, 1, 30, None, BOB)], ["bob"], "sequence"
    ),
    "a user whose numbers would fall is taken back": Scenario(
        [(1, 0, 0, "ann"), (1, 1, 5, None), (1, 2, 3, None)], [None, None], None
    ),
    "a login tells who was there before": Scenario([OUT, (2, 60, 0, None, LOGIN), IN], ["ann", "ann"], "login"),
    "a login too late": Scenario([OUT, (2, 60.1, 0, None, LOGIN), IN], [None, "ann"], None),
    "a login before": Scenario([(2, -1, 0, None, LOGIN), (2, -0.5, 1, "ann", HERE), OUT], ["ann", None], None),
    "a login elsewhere": Scenario(
        [OUT, (2, 60, 0, None, {**ELSEWHERE, "page": "Login"}), (2, 61, 1, "ann", ELSEWHERE)], [None, "ann"], None
    ),
    "a return without a login": Scenario([OUT, (2, 60, 0, None, HERE), IN], [None, "ann"], None),
    "logins of two users": Scenario(
        [OUT, (2, 5, 0, None, LOGIN), (2, 6, 1, "ann"), (3, 50, 0, None, LOGIN), (3, 51, 1, "bob")],
        [None, "ann", "bob"],
        None,
    ),
    "two logins of one user": Scenario(
        [OUT, (2, 5, 0, None, LOGIN), (2, 6, 1, "ann"), (3, 50, 0, None, LOGIN), (3, 51, 1, "ann")],
        ["ann"] * 3,
        "login",
    ),
}  # fmt: skip
APART = 10  # session numbers from one scenario to the next


def recovered(events: DataFrame) -> dict[tuple[int, int, int], Found]:
    """(session, ms, item) -> user, source and confidence, of the rows that name no user."""
    rows = recover_user_ids(events, SETTINGS).where("NOT user_id_source <=> 'logged'").collect()
    return {
        (row.session_id, row.event_ms, row.item_in_session): (row.user_id, row.user_id_source, row.user_id_confidence)
        for row in rows
    }


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, list[Found]]:
    """What all scenarios together give, for each in order of time."""
    scenarios = enumerate(SCENARIOS.values())
    together = [(session + APART * n, *row) for n, scenario in scenarios for session, *row in scenario.rows]
    place_of_its_own = F.concat("location", F.floor(F.col("session_id") / APART))
    events = silver(spark, *together).withColumn("location", place_of_its_own)
    rows = sorted(recovered(events).items(), key=lambda row: row[0][1])
    return {
        name: [result for (session, *_), result in rows if session // APART == n] for n, name in enumerate(SCENARIOS)
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(found: dict[str, list[Found]], name: str) -> None:
    _, users, source = SCENARIOS[name]
    assert [user for user, _, _ in found[name]] == users
    assert found[name][users.index(None) if source is None else 0][1] == source


def test_the_confidence_tells_taken_back_from_unknown(found: dict[str, list[Found]]) -> None:
    assert {confidence for _, _, confidence in found["a user whose numbers would fall is taken back"]} == {0.0}
    assert {confidence for _, _, confidence in found["a session that names nobody stays unknown"]} == {None}


def test_a_row_between_two_of_its_track_is_surer_than_one_at_its_end(found: dict[str, list[Found]]) -> None:
    before, between, after = (sure for _, _, sure in found["the only user takes the rows before, between and after"])
    assert between > before == after


def test_named_rows_stay_as_they_are(spark: SparkSession) -> None:
    rows = recover_user_ids(silver(spark, (1, 0, 0, "ann"), (1, 1, 0, "bob")), SETTINGS).collect()
    assert {(row.user_id, row.user_id_source, row.user_id_confidence) for row in rows} == {
        ("ann", "logged", 1.0),
        ("bob", "logged", 1.0),
    }


def test_a_scenario_is_recovered_the_same_alone(spark: SparkSession, found: dict[str, list[Found]]) -> None:
    name = "users interleaved in the same minutes"
    alone = sorted(recovered(silver(spark, *SCENARIOS[name].rows)).items(), key=lambda row: row[0][1])
    assert [result for _, result in alone] == found[name]


@st.composite
def logs(draw: st.DrawFn) -> list[Line]:
    """Tracks of a few users in two session numbers, some rows without the user."""
    rows = []
    for number in range(draw(st.integers(2, 5))):
        session, minute, item = draw(st.integers(1, 2)), draw(st.integers(0, 20)), draw(st.integers(0, 2))
        for _ in range(draw(st.integers(2, 8))):
            user = draw(st.sampled_from([f"user {number}", None]))
            rows.append((session, minute, item, user, draw(st.sampled_from([HERE, LOGIN]))))
            minute, item = minute + draw(st.integers(0, 3)), item + 1
    return list({str(row): row for row in rows}.values())


@profile(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs(), st.randoms(use_true_random=False))
def test_order_and_partitions_do_not_matter(spark: SparkSession, rows: list[Line], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert recovered(silver(spark, *shuffled).repartition(3)) == recovered(silver(spark, *rows).coalesce(1))
