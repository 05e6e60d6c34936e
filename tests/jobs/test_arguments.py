"""What a job says to a stranger and to a user's mistake."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.processes import PROJECT, execute, run_in_session

JOBS = sorted(path.stem for path in (PROJECT / "jobs").glob("*.py"))


@pytest.mark.parametrize("job", JOBS)
def test_help_is_a_page(job: str) -> None:
    shown = execute(str(PROJECT / "jobs" / f"{job}.py"), "--help")
    assert shown.returncode == 0
    assert all(part in shown.stdout for part in ("--config", "--set", "exit status:", "examples:", f"jobs/{job}.py"))


def test_no_settings_file_is_status_2() -> None:
    refused = execute(str(PROJECT / "jobs" / "score.py"))
    assert refused.returncode == 2
    assert "--config" in refused.stderr


@pytest.mark.parametrize(
    ("job", "setting", "status", "message"),
    [
        ("ingest", "lake.rot=x", 2, "error: --set lake.rot=x: lake.rot: no such setting"),
        ("ingest", "ingest.logs=/nowhere", 2, "failed: ingest.logs: cannot read the folder /nowhere"),
        ("build_features", "labels.gap_days=1", 3, "refused: silver.events: holds no rows yet"),
        ("score", "labels.gap_days=1", 3, "refused: churn: no champion in MLflow"),
    ],
)
def test_a_mistake_is_one_sentence(
    job: str, setting: str, status: int, message: str, tmp_path: Path, spark: SparkSession
) -> None:
    finished = run_in_session(job, tmp_path / "lake", setting)
    assert finished.returncode == status
    assert finished.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in finished.stderr
