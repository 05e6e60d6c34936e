"""What a run of the default demo costs, stage by stage: seconds, Spark jobs, commits, and seconds without a task.

    python -m tests.benchmarks.bench_pipeline [--logs FOLDER] [--rounds 3]

Without --logs it takes the simulator's default logs, which are made before. Each round fills a new lake. The table
shows the round of median length. It is printed and written to build/benchmarks/pipeline.md.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_bronze import BUILD, PROJECT

ROOT = BUILD / "pipeline"
LANDING, LAKE, EVENTS = ROOT / "landing", ROOT / "lake", ROOT / "events"
LINE = re.compile(r"^(?P<stage>[a-z ]{23}) +(?P<seconds>[0-9.]+) s  ")
REST = "start, end, ops.runs"
EVENT_LOG = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.dir": EVENTS.resolve().as_uri(),
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.compress": "false",
}


@dataclass(frozen=True)
class Times:
    """What a run did, in ms since epoch: its stages, the starts of Spark jobs, the commits, and its tasks."""

    stages: list[tuple[str, float, float]]
    whole: tuple[float, float]
    jobs: list[float]
    commits: list[float]
    tasks: list[tuple[float, float]]


def command(script: str, *overrides: str) -> list[str]:
    """A job's command line."""
    sets = [part for override in overrides for part in ("--set", override)]
    return [sys.executable, str(PROJECT / "jobs" / f"{script}.py"), "--config", str(PROJECT / "conf/local.yml"), *sets]


def run(logs: Path | None) -> Times:
    """One run of the pipeline in an empty lake."""
    for folder in (LAKE, EVENTS):
        shutil.rmtree(folder, ignore_errors=True)
    EVENTS.mkdir(parents=True)
    overrides = [f"lake.root={LAKE}", *(f"spark.conf.{key}={value}" for key, value in EVENT_LOG.items())]
    if logs is None:
        shutil.copytree(LANDING, LAKE / "landing")
    else:
        overrides.append(f"ingest.logs={logs}")
    started, stages = time.time() * 1000, []
    with subprocess.Popen(
        command("pipeline", *overrides), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            print(line, end="", file=sys.stderr)
            if found := LINE.match(line):
                end = time.time() * 1000
                stages.append((found["stage"].strip(), end - float(found["seconds"]) * 1000, end))
    if process.returncode:
        raise SystemExit(process.returncode)
    jobs, tasks = events()
    commits = [file.stat().st_mtime * 1000 for file in LAKE.glob("*/*/_delta_log/*.json")]
    return Times(stages, (started, time.time() * 1000), jobs, commits, tasks)


def events() -> tuple[list[float], list[tuple[float, float]]]:
    """Starts of the jobs, and starts and ends of the tasks, in Spark's event log."""
    jobs, tasks = [], []
    for file in EVENTS.iterdir():
        for event in map(json.loads, file.open()):
            if event["Event"] == "SparkListenerJobStart":
                jobs.append(event["Submission Time"])
            elif event["Event"] == "SparkListenerTaskEnd":
                tasks.append((event["Task Info"]["Launch Time"], event["Task Info"]["Finish Time"]))
    return jobs, tasks


def busy_ms(tasks: Sequence[tuple[float, float]], begin: float, end: float) -> float:
    """The time in the span in which at least one task runs."""
    busy, until = 0.0, begin
    for first, last in sorted(tasks):
        first, last = max(first, until), min(last, end)
        if last > first:
            busy, until = busy + last - first, last
    return busy


def rows(times: Times) -> Iterator[tuple[str, float, int, int, float]]:
    """Stage, seconds, Spark jobs, commits and idle seconds; the last two rows are the rest, and all."""
    begin, end = times.whole
    idle = (end - begin - busy_ms(times.tasks, begin, end)) / 1000
    total = ((end - begin) / 1000, len(times.jobs), len(times.commits), idle)
    left = list(total)
    for stage, first, last in times.stages:
        of_stage = (
            (last - first) / 1000,
            sum(first <= at < last for at in times.jobs),
            sum(first <= at < last for at in times.commits),
            (last - first - busy_ms(times.tasks, first, last)) / 1000,
        )
        left = [rest - part for rest, part in zip(left, of_stage, strict=True)]
        yield stage, *of_stage
    yield REST, *left
    yield "all", *total


def main() -> None:
    """Measure, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--logs", type=Path, help="logs instead of the simulator's")
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    if given.logs is None and not LANDING.exists():
        subprocess.run(command("simulate", f"lake.root={ROOT}"), check=True)
    measured = sorted((run(given.logs) for _ in range(given.rounds)), key=lambda times: times.whole[1] - times.whole[0])
    table = ["| stage | seconds | Spark jobs | commits | idle s |", "| --- | ---: | ---: | ---: | ---: |"]
    for stage, seconds, jobs, commits, idle in rows(measured[len(measured) // 2]):
        table.append(f"| {stage} | {seconds:.1f} | {jobs} | {commits} | {idle:.1f} |")
    table += ["", "Marks for the default demo: at most 75 s, 200 Spark jobs, 25 commits."]
    print("\n".join(table))
    (BUILD / "pipeline.md").write_text("# A run of the demo, stage by stage\n\n" + "\n".join(table) + "\n")


if __name__ == "__main__":
    main()
