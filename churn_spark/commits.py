"""One commit to a Delta table, beside other jobs that commit to the same table."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from delta.exceptions import (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentWriteException,
    MetadataChangedException,
    ProtocolChangedException,
)
from filelock import FileLock
from pyspark.sql import SparkSession

from churn_spark.session import local_path

ATTEMPTS = 5  # of a commit that other jobs come in between
CONFLICTS = (
    ConcurrentAppendException,
    ConcurrentDeleteDeleteException,
    ConcurrentDeleteReadException,
    ConcurrentWriteException,
    MetadataChangedException,
    ProtocolChangedException,
)


def commit_in_turn(spark: SparkSession, folder: str | None, commit: Callable[[], object]) -> None:
    """Commit to the table in the folder (None: in a catalog), again if another job's commit came in between.

    Delta asks its users to try again.
    """
    with _turn(spark, folder):
        for _ in range(ATTEMPTS - 1):
            try:
                commit()
                return
            except CONFLICTS:
                continue
        commit()


def _turn(spark: SparkSession, folder: str | None) -> AbstractContextManager[object]:
    """On a local file system, the table's lock. Without it, two jobs could both write the log's next file.

    Hadoop looks there whether a file exists and then renames another to its name, in two steps, so that the commit
    that came first would be lost. For HDFS and object stores Delta has log stores that do it in one step.
    """
    path = None if folder is None else local_path(spark, folder)
    if path is None:
        return nullcontext()
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f".{path.name}.lock"))
