"""The two tables in the docstring of recovery.py say what the code does."""

from collections.abc import Iterable

import pytest
from pyspark.sql import DataFrame, SparkSession

from churn_spark.identity import recovery
from churn_spark.identity.logins import by_login
from churn_spark.identity.recovery import CONFIDENCE, recover_user_ids
from churn_spark.identity.sequence import by_only_user, by_registration, by_runs
from churn_spark.identity.tracks import missing_and_ends
from churn_spark.identity.validation import with_out_of_sequence
from tests.identity.events import SETTINGS, silver

STEPS = (
    (missing_and_ends,),
    (by_runs, 1),
    (by_registration,),
    (by_only_user,),
    (by_login, 1),
    (with_out_of_sequence,),
)
PARTS = {"_in_runs": "by_runs", "_at_their_ends": "by_runs"}
PLACE = {"location": "Wichita, KS", "user_agent": "Firefox"}
Line = dict[str, str | None]


def table(first_column: str) -> list[Line]:
    """The table of the docstring that begins with this column; a dash is null."""
    paragraphs = (recovery.__doc__ or "").split("\n\n")
    [lines] = [paragraph.splitlines() for paragraph in paragraphs if paragraph.startswith(f"{first_column} ")]
    header, *rows = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    return [{name: None if cell == "-" else cell for name, cell in zip(header, row, strict=True)} for row in rows]


WORKED, SCRATCH = table("row"), table("column")
BOB: Line = {"session": "138", "time": "10:04", "item": "0", "page": "Home", "user before": "bob"}
SHARED = [line | {"session": "138"} for line in WORKED if line["session"] == "38"]  # with bob


def events(spark: SparkSession, lines: Iterable[Line]) -> DataFrame:
    """The lines of the worked example as silver events."""
    rows = []
    for line in lines:
        hours, minutes = map(int, line["time"].split(":"))
        known = {**PLACE, "page": line["page"]}
        rows.append((int(line["session"]), 60 * hours + minutes, int(line["item"]), line["user before"], known))
    return silver(spark, *rows)


@pytest.fixture(scope="module")
def recovered(spark: SparkSession) -> list[tuple[int, str | None, str | None, float | None]]:
    """Session, user, source and confidence in order of session and time, of the worked example and of SHARED."""
    rows = recover_user_ids(events(spark, [*WORKED, *SHARED, BOB]), SETTINGS).orderBy("session_id", "event_ms")
    return [
        tuple(row) for row in rows.select("session_id", "user_id", "user_id_source", "user_id_confidence").collect()
    ]


def test_the_worked_session_is_recovered_as_its_table_says(recovered: list[tuple]) -> None:
    documented = [
        (int(line["session"]), line["user after"], line["source"], line["confidence"] and float(line["confidence"]))
        for line in WORKED
    ]
    assert [row for row in recovered if row[0] != 138] == documented


def test_the_worked_session_names_the_evidence_of_every_recovered_user() -> None:
    evidence = {
        line["what speaks for whom"].partition(":")[0]: float(line["confidence"])
        for line in WORKED
        if line["source"] not in (None, "logged")
    }
    assert evidence == {name: CONFIDENCE[name] for name in ("login", "one side", "both sides", "fits")}


def test_with_a_second_user_the_rows_outside_runs_stay_unknown(recovered: list[tuple]) -> None:
    users = [(user, source) for session, user, source, _ in recovered if session == 138 and source != "logged"]
    assert users == [("ann", "sequence"), ("ann", "sequence"), *[(None, None)] * 4]


def test_every_step_makes_and_drops_the_scratch_columns_of_the_table(spark: SparkSession) -> None:
    rows = events(spark, WORKED)
    named, scratch = set(rows.columns), set()
    for step, *limits in STEPS:
        rows = rows.transform(step, *limits)
        made, dropped = (
            {line["column"] for line in SCRATCH if PARTS.get(line[by], line[by]) == step.__name__}
            for by in ("made by", "dropped by")
        )
        scratch = (scratch | made) - dropped
        assert set(rows.columns) - named == scratch, step.__name__
    assert scratch == {line["column"] for line in SCRATCH if line["dropped by"] == "_as_events"}
