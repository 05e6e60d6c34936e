"""Every notebook runs top to bottom on the lake of a pipeline run."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import PipelineRun

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_it_runs_and_every_query_shows_rows(
    path: Path, pipeline_run: PipelineRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHURN_SPARK_LAKE__ROOT", str(pipeline_run.lake))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    tables = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert len(tables) >= 5
    assert all("<td>" in table["data"]["text/html"] for table in tables)
