"""Log files: one a day, whole or not there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from churn_spark.errors import UserError
from churn_spark.simulate.daily_files import claim_folder, mark_complete, write_days
from tests.simulate.conftest import SETTINGS

ODD, EVEN = date(2026, 1, 1), date(2026, 1, 2)  # by their ordinals


def batch(*rows: tuple[date, str]) -> pa.RecordBatch:
    days, lines = zip(*rows, strict=True)
    return pa.RecordBatch.from_pydict({"day": days, "line": lines})


def test_a_day_is_a_file_wherever_the_batches_are_cut(tmp_path: Path) -> None:
    batches = [batch((ODD, "a")), batch((ODD, "b"), (EVEN, "c")), batch((EVEN, "d"))]
    written = [rows.to_pylist() for rows in write_days(str(tmp_path), iter(batches))]
    assert written == [[{"day": ODD, "lines": 2}], [{"day": EVEN, "lines": 2}]]
    assert {file.name: file.read_text().split() for file in tmp_path.iterdir()} == {
        "2026-01-01-events.json": ["a", "b"],
        "2026-01-02-events.json": ["c", "d"],
    }


def test_every_other_file_ends_without_a_newline(tmp_path: Path) -> None:
    list(write_days(f"file://{tmp_path}", iter([batch((ODD, "a"), (EVEN, "b"))])))
    ends = {file.read_text()[-1] for file in tmp_path.iterdir()}
    assert "\n" in ends and len(ends) == 2


def test_a_failure_leaves_the_days_before_and_no_half_day(tmp_path: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield batch((ODD, "a"), (EVEN, "b"))
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(write_days(str(tmp_path), failing()))
    assert [file.name for file in tmp_path.iterdir()] == ["2026-01-01-events.json"]


def test_the_same_simulation_may_write_again_and_clears_what_was_killed(tmp_path: Path) -> None:
    claim_folder(str(tmp_path), SETTINGS)
    (tmp_path / ".2026-01-01-events.json.0.partial").touch()
    (tmp_path / "2026-01-01-events.json").touch()
    claim_folder(str(tmp_path), SETTINGS)
    assert {file.name for file in tmp_path.iterdir()} == {"_SIMULATION", "2026-01-01-events.json"}


def test_a_complete_simulation_need_not_be_written_again(tmp_path: Path) -> None:
    assert claim_folder(str(tmp_path), SETTINGS)
    mark_complete(str(tmp_path))
    assert not claim_folder(str(tmp_path), SETTINGS)


def test_a_simulation_of_a_release_without_drifts_is_the_same_one(tmp_path: Path) -> None:
    before = SETTINGS.model_dump_json(exclude={"concept_drift_day"})
    (tmp_path / "_SIMULATION").write_text(before)
    assert claim_folder(str(tmp_path), SETTINGS)
    with pytest.raises(UserError, match="another simulation"):
        claim_folder(str(tmp_path), SETTINGS.model_copy(update={"concept_drift_day": 30}))


def test_another_simulation_is_refused(tmp_path: Path) -> None:
    claim_folder(str(tmp_path), SETTINGS)
    with pytest.raises(UserError, match="another simulation"):
        claim_folder(str(tmp_path), SETTINGS.model_copy(update={"seed": 8}))


def test_real_logs_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "2018-11-01-events.json").write_text("{}")
    with pytest.raises(UserError, match="did not write"):
        claim_folder(str(tmp_path), SETTINGS)


def test_an_unknown_file_system_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ftp://server/logs"):
        claim_folder("ftp://server/logs", SETTINGS)
