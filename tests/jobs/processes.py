"""Jobs as a user starts them, in processes of their own or in the shared session, and the lakes that they leave."""

import io
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from churn_spark.runs import STAGE_WIDTH
from tests.lakes import LOCAL

PROJECT = Path(__file__).parent.parent.parent
SPARK_SUBMIT = str(Path(sys.executable).with_name("spark-submit"))
KEY = {"CHURN_SPARK_IDENTITY__PSEUDONYM_KEY": "0" * 64}  # one for all lakes, so that they can be compared
KILLS = int(os.environ.get("KILLS", 1))  # `make prove` asks for more
SMALL = ("simulate.users=400", "simulate.days=50", "training.trees=40", "training.min_positives=5")


def command(
    job: str, lake: Path, *settings: str, launcher: Sequence[str] = (sys.executable,), config: Path = LOCAL
) -> list[str]:
    options = [option for setting in (f"lake.root={lake}", *settings) for option in ("--set", setting)]
    return [*launcher, str(PROJECT / "jobs" / f"{job}.py"), "--config", str(config), *options]


def run(
    job: str, lake: Path, *settings: str, launcher: Sequence[str] = (sys.executable,), config: Path = LOCAL
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(job, lake, *settings, launcher=launcher, config=config),
        capture_output=True,
        text=True,
        cwd=lake.parent,
        env={**os.environ, **KEY},
    )


def run_in_session(job: str, lake: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    """The job, run by this process in the shared session; where it comes to what it says and leaves, no difference."""
    script, *options = command(job, lake, *settings)[1:]
    return execute(script, *options)


def execute(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a Python script in this process as if `python script options` had been typed."""
    status, out, err, before = 0, io.StringIO(), io.StringIO(), sys.argv
    sys.argv = [script, *options]
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
            for name, value in KEY.items():
                patch.setenv(name, value)
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        status = int(end.code or 0)
    finally:
        sys.argv = before
    return subprocess.CompletedProcess([script, *options], status, out.getvalue(), err.getvalue())


def kill_during(stage: str, job: str, lake: Path, *settings: str, seconds: float) -> None:
    """Start the job and kill all of it so many seconds after it has begun the stage."""
    process = subprocess.Popen(
        command(job, lake, *settings),
        stderr=subprocess.PIPE,
        start_new_session=True,
        cwd=lake.parent,
        env={**os.environ, **KEY},
    )
    assert process.stderr is not None
    shown = ""
    while not shown.endswith(stage.ljust(STAGE_WIDTH)):
        character = process.stderr.read(1).decode()
        assert character, f"{job} ended before {stage}: {shown}"
        shown += character
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
