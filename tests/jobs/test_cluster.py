"""The pipeline on a Spark standalone cluster; test_pipeline.py compares its tables with those of a local master."""

import pytest

from tests.conftest import PipelineRun

pytestmark = pytest.mark.slow


def test_both_workers_of_the_cluster_took_part(pipeline_run: PipelineRun) -> None:
    assert pipeline_run.process.returncode == 0, pipeline_run.process.stderr
    executors = [list((pipeline_run.workers / str(number)).glob("app-*/*/stderr")) for number in (1, 2)]
    assert all(executors)


def test_the_model_was_exported_where_the_driver_runs(pipeline_run: PipelineRun) -> None:
    assert (pipeline_run.lake / "model" / "SHA256SUMS").exists()
