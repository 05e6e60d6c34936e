"""A Spark standalone cluster on this machine: a master and two workers, each a process of its own."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pyspark

from tests.jobs.processes import SMALL

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
HOST = "127.0.0.1"
SUBMITTED = (
    "--executor-memory", "1g", "--conf", f"spark.driver.host={HOST}", "--conf", "spark.sql.shuffle.partitions=2",
    "--conf", "spark.databricks.delta.snapshotPartitions=2",
)  # fmt: skip
ON_CLUSTER = (*SMALL, "labels.horizon_days=14")  # as conf/local.yml has it


@contextmanager
def standalone(work: Path) -> Iterator[str]:
    """URL of a master that two workers have joined; a worker keeps what its executors leave in `work`/1 or `work`/2."""
    port, page = free_port(), free_port()
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


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for_workers(page: str) -> None:
    """Return once the master's page counts two workers."""
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
