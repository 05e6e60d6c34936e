"""The pipeline on a Spark standalone cluster: a master and two workers, each a process of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pyspark
import pytest
from pyspark.sql import SparkSession

from tests.conftest import PipelineRun
from tests.jobs.processes import KEY, PROJECT, SMALL, SPARK_SUBMIT
from tests.lakes import assert_same_tables

pytestmark = pytest.mark.slow
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a master that two workers have joined."""
    work, port, page = tmp_path_factory.mktemp("cluster"), free_port(), free_port()
    url = f"spark://{HOST}:{port}"
    daemon = [SPARK_CLASS, "org.apache.spark.deploy"]
    starts = [["master.Master", "--host", HOST, "--port", str(port), "--webui-port", str(page)]]
    starts += [
        ["worker.Worker", "--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "2g",
         "--work-dir", str(work / str(number)), url]
        for number in (1, 2)
    ]  # fmt: skip
    with open(work / "log", "w") as log:
        processes = [
            subprocess.Popen([daemon[0], f"{daemon[1]}.{name}", *options], stdout=log, stderr=log)
            for name, *options in starts
        ]
    try:
        wait_for_workers(f"http://{HOST}:{page}/json/")
        yield url
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def wait_for_workers(page: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(page, timeout=5) as answer:
                if b'"aliveworkers" : 2' in answer.read():
                    return
        except OSError:
            pass  # not up yet
        time.sleep(0.2)
    raise TimeoutError("no two workers within 60 s")


def test_the_cluster_makes_the_tables_of_the_local_master(
    master: str, wheel: Path, pipeline_run: PipelineRun, spark: SparkSession, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(pipeline_run.lake / "landing", lake / "landing")  # a complete simulation is left as it is
    settings = [f"lake.root={lake}", *SMALL, "labels.horizon_days=14"]
    submitted = subprocess.run(
        [SPARK_SUBMIT, "--master", master, "--py-files", wheel, "--executor-memory", "1g",
         "--conf", f"spark.driver.host={HOST}", "--conf", "spark.sql.shuffle.partitions=2",
         "--conf", "spark.databricks.delta.snapshotPartitions=2",
         PROJECT / "jobs" / "pipeline.py", "--config", PROJECT / "conf" / "cluster.yml",
         *[option for setting in settings for option in ("--set", setting)]],
        capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **KEY},
    )  # fmt: skip
    assert submitted.returncode == 0, submitted.stderr
    assert_same_tables(spark, lake, pipeline_run.lake)
