"""Fixtures that all tests share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pyspark.sql import SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from churn_spark.lake import Lake
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from tests.jobs import cluster, processes
from tests.jobs.processes import PROJECT, SPARK_SUBMIT
from tests.lakes import LOCAL


class PipelineRun(NamedTuple):
    """A finished run of the pipeline on a cluster: the lake, and the folder of what the workers' executors left."""

    lake: Path
    workers: Path
    process: subprocess.CompletedProcess[str]


# Spark's many short jobs compile more than they compute.
os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m")
# PySpark takes a main module without a file, as pytest-xdist's processes have it, for a doctest, and ends it.
sys.modules["__main__"].__dict__.setdefault("__file__", __file__)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first: those without Spark, then those in the shared session, then those that start processes."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is not None,
            "spark" in getattr(item, "fixturenames", ()),
        )
    )


OF_PIPELINE_RUN = ("tests/jobs/test_pipeline.py", "tests/jobs/test_cluster.py", "tests/test_notebooks.py")
ALONE = ("tests/jobs/test_ingest_faults.py",)


class Together(LoadScopeScheduling):
    """Tests that share what costs more to make than to use stay in one process: those of a file, or of several."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file in OF_PIPELINE_RUN:
            return "pipeline_run"
        return nodeid if file in ALONE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Share out the tests when they run in several processes."""
    return Together(config, log)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The one Spark session of all tests, as a local job has it."""
    session = spark_session(load_settings(LOCAL, [f"lake.root={tmp_path_factory.mktemp('session')}"]))
    yield session
    session.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Local settings with an empty lake of the test's own."""
    return load_settings(LOCAL, [f"lake.root={tmp_path / 'lake'}"])


@pytest.fixture
def lake(spark: SparkSession, settings: Settings) -> Lake:
    """That lake, in the shared session."""
    return Lake(spark, settings.lake)


@pytest.fixture
def mlflow_as_before() -> Iterator[None]:
    """MLflow's stores, which a process has once, are after the test what they were before."""
    import mlflow  # which takes a second, and most tests do not need

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    yield
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@pytest.fixture(scope="session")
def pipeline_run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> PipelineRun:
    """The whole pipeline, run once by spark-submit on a cluster of two workers, on small simulated logs."""
    lake, workers = tmp_path_factory.mktemp("pipeline") / "lake", tmp_path_factory.mktemp("workers")
    with cluster.standalone(workers) as master:
        launcher = [SPARK_SUBMIT, "--master", master, "--py-files", str(wheel), *cluster.SUBMITTED]
        process = processes.run(
            "pipeline", lake, *cluster.ON_CLUSTER, launcher=launcher, config=PROJECT / "conf" / "cluster.yml"
        )
    return PipelineRun(lake, workers, process)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built from a copy of the sources so that nothing is left among them."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for folder in ("churn_spark", "jobs", "serving", "tests"):
        shutil.copytree(PROJECT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / file, source)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, source]
    subprocess.run(build, check=True, capture_output=True)
    return next(target.glob("*.whl"))
