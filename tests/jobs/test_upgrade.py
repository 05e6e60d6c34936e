"""A lake of the release before, taken over: the next run makes it what a full build of this release makes.

tests/data/lake-0.1.tar.xz holds the lake that release 0.1 left of `logs/`, and the log file of one day more. Its tiles
lack columns that this release has, its feature tables lack features, and its notes are of an older form.
"""

import shutil
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from churn_spark.features.stage import features
from churn_spark.features.tables import BEHAVIOR, PERCENTILES, USER_DAYS
from churn_spark.identity.stage import identity
from churn_spark.identity.tables import SESSIONS, SILVER_EVENTS, USER_PSEUDONYMS
from churn_spark.ingest.stage import ingest
from churn_spark.ingest.tables import BRONZE_EVENTS, QUARANTINE
from churn_spark.labels.stage import labels
from churn_spark.labels.tables import LABEL_OVERLAP, LABELS
from churn_spark.lake import Lake
from churn_spark.settings.reading import load_settings
from churn_spark.table import Table
from churn_spark.training.stage import training_set
from churn_spark.training.tables import TRAINING_SET
from tests.jobs.processes import KEY
from tests.lakes import LOCAL, comparable

pytestmark = pytest.mark.slow
RELEASE = Path(__file__).parent.parent / "data" / "lake-0.1.tar.xz"
SCORED = "2026-02-13"  # the newest as_of of the old lake, which is not on the grid


class Lakes(NamedTuple):
    """The old lake after the next run, and one that was built from all files at once."""

    upgraded: Lake
    whole: Lake


@pytest.fixture(scope="module")
def lakes(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lakes:
    folder = tmp_path_factory.mktemp("upgrade")
    with tarfile.open(RELEASE) as archive:
        archive.extractall(folder, filter="data")
    shutil.copytree(folder / "logs", folder / "all")
    shutil.copytree(folder / "later", folder / "all", dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEY.items():
            patch.setenv(name, value)
        return Lakes(run(spark, folder / "lake", folder / "later"), run(spark, folder / "whole", folder / "all"))


def run(spark: SparkSession, root: Path, logs: Path) -> Lake:
    settings = load_settings(LOCAL, [f"lake.root={root}", f"ingest.logs={logs}", "training.min_positives=1"])
    lake = Lake(spark, settings.lake)
    for stage in (ingest, identity, features, labels, training_set):
        stage(lake, settings)
    return lake


@pytest.mark.parametrize(
    "table",
    [
        BRONZE_EVENTS, QUARANTINE, USER_PSEUDONYMS, SILVER_EVENTS, SESSIONS, USER_DAYS, BEHAVIOR, PERCENTILES, LABELS,
        LABEL_OVERLAP, TRAINING_SET,
    ],
    ids=lambda table: table.name,
)  # fmt: skip
def test_the_table_is_that_of_a_full_build(lakes: Lakes, table: Table) -> None:
    upgraded, whole = (comparable(lake, table) for lake in lakes)
    if "as_of" in upgraded.columns:
        upgraded = upgraded.where(f"as_of != '{SCORED}'")
    assert_df_equality(
        upgraded, whole, ignore_row_order=True, ignore_nullable=True, ignore_column_order=True, ignore_metadata=True
    )


def test_an_as_of_that_was_scored_keeps_its_features_and_labels(lakes: Lakes) -> None:
    for table in (BEHAVIOR, PERCENTILES, LABELS):
        assert not lakes.upgraded.read(table).where(f"as_of = '{SCORED}'").isEmpty()
    assert lakes.upgraded.read(TRAINING_SET).where(f"as_of = '{SCORED}'").isEmpty()
