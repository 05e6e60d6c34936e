"""The Spark session, and all that depends on its kind: classic, Connect, or Databricks serverless.

A classic session has a Java process beside it, which this module alone may reach into. Connect and serverless have
none, and serverless caches nothing. `make lint` keeps `sparkContext`, `_jvm`, RDDs and `persist` out of other modules.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from delta import configure_spark_with_delta_pip
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import StorageLevel
from pyspark.errors import PySparkException, PythonException
from pyspark.find_spark_home import _find_spark_home
from pyspark.sql import DataFrame, SparkSession

from churn_spark.errors import UserError
from churn_spark.settings.all import Settings

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
# Where the machine's zone is not UTC, Delta would compute a table's state again at each commit, to compare time stamps.
# The session's zone is UTC everywhere, so they agree.
TRUST_UTC = "spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled"
FAILURES = (PySparkException, Py4JJavaError)  # what Spark raises when it cannot read something
log = logging.getLogger(__name__)


def spark_session(settings: Settings) -> SparkSession:
    """The active session (Databricks, a notebook); else one with Delta and UTC.

    Under spark-submit, the submitter gives master and JARs. Without it, the master is `spark.master`.
    Raises UserError if there is neither a session, nor spark-submit, nor a master, or no Delta JAR.
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    builder = (
        SparkSession.builder.appName("churn-spark")
        .config("spark.sql.extensions", DELTA_EXTENSION)
        .config("spark.sql.catalog.spark_catalog", DELTA_CATALOG)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.showConsoleProgress", "false")
        .config(TRUST_UTC, "false")
        .config(map=dict(settings.spark.conf))
    )
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # which spark-submit sets for the Python that it starts
        builder = _local(builder, settings)
    spark = builder.getOrCreate()
    jvm = _java(spark)
    if jvm is not None and not jvm.org.apache.spark.util.Utils.classIsLoadable(DELTA_EXTENSION):
        spark.stop()
        raise UserError(
            "spark-submit: Delta Lake is not on Spark's class path; add --packages io.delta:delta-spark_4.2_2.13:4.4.0"
        )
    return spark


@contextmanager
def cached(rows: DataFrame, on_disk: bool = False) -> Iterator[DataFrame]:
    """The rows, computed once for all uses within the context; on serverless, computed at each use.

    `on_disk`: for rows that can be read from their source only once, or that should not take memory.
    """
    try:
        held = rows.persist(StorageLevel.DISK_ONLY if on_disk else StorageLevel.MEMORY_AND_DISK_DESER)
    except PySparkException as error:
        if error.getCondition() != "NOT_SUPPORTED_WITH_SERVERLESS":
            raise
        yield rows
        return
    try:
        yield held
    finally:
        held.unpersist()


def shared(spark: SparkSession, value: Any) -> Callable[[], Any]:
    """A function that gives the value in any task, where the session can: sent once to each executor.

    On Connect and serverless, each task gets the value with its function.
    """
    if _java(spark) is None:
        return lambda: value
    sent = spark.sparkContext.broadcast(value)
    return lambda: sent.value


def log_cause(spark: SparkSession, cause: str) -> str:
    """Write what ended a job, for example a stack trace, into Spark's log; returns the place of the log."""
    jvm = _java(spark)
    if jvm is None:
        log.error("%s", cause)
        return "the job's log"
    jvm.org.apache.logging.log4j.LogManager.getLogger("churn_spark").error(cause)
    return str(jvm.System.getenv("SPARK_LOG_FILE") or "Spark's log")


def local_path(spark: SparkSession, path: str) -> Path | None:
    """The path on this machine's disk; None where it lies on HDFS or an object store, or Spark runs elsewhere."""
    jvm = _java(spark)
    if jvm is None:
        return None
    uri = jvm.org.apache.hadoop.fs.Path(path)
    files = uri.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    if files.getUri().getScheme() != "file":
        return None
    return Path(uri.toUri().getPath())


def delta_version(spark: SparkSession, path: str) -> int | None:
    """The newest version of the Delta table at a path, without a Spark job; None where the session does not tell."""
    jvm = _java(spark)
    if jvm is None:
        return None
    none = jvm.scala.Option.empty()
    try:
        log = jvm.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
        return int(log.update(False, none, none).version())
    except (Py4JError, TypeError):  # a vendor's Delta may lack these methods, which Delta has for itself
        return None


def reason(error: Exception) -> str:
    """The first line of what Spark, a source's driver or a worker's Python says of an error.

    Of an error in a task, the first cause that is not Spark's own frame round it.
    """
    if isinstance(error, Py4JJavaError):
        java_error = error.java_exception
        while java_error.getClass().getName().startswith("org.apache.spark.Spark") and java_error.getCause():
            java_error = java_error.getCause()
        words = str(java_error.getMessage())
    elif isinstance(error, PythonException):
        words = str(error)
    else:
        cause = getattr(error, "_cause", None)  # a database's error says only here what is wrong
        words = str(cause or (error.getMessage() if isinstance(error, PySparkException) else error))
    return words.partition("\n")[0]


def tasks_at_once(spark: SparkSession) -> int | None:
    """The number of tasks that the executors can run at the same time; None where the session does not tell."""
    jvm = _java(spark)
    if jvm is None:
        return None
    context = spark.sparkContext._jsc.sc()
    try:
        return int(context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile()))
    except Py4JError:  # a vendor's Spark may lack these methods, which Spark has for itself
        return None


def allocates_dynamically(spark: SparkSession) -> bool:
    """Whether executors come and go while a job runs; then Spark refuses tasks that must all run at once."""
    jvm = _java(spark)
    if jvm is None:
        return False
    return bool(jvm.org.apache.spark.util.Utils.isDynamicAllocationEnabled(spark.sparkContext._jsc.sc().conf()))


def without_native_blas(spark: SparkSession) -> None:
    """Keep Spark from looking for a native BLAS: without one, it would print a warning on the user's screen.

    The library looks once, by the machine's architecture, and offers no setting.
    """
    jvm = _java(spark)
    if jvm is None:
        return
    architecture = jvm.System.getProperty("os.arch")
    jvm.System.setProperty("os.arch", "none")
    try:
        jvm.java.lang.Class.forName("dev.ludovic.netlib.blas.InstanceBuilder")
    finally:
        jvm.System.setProperty("os.arch", architecture)


def _java(spark: SparkSession) -> Any:
    """The Java process of a classic session; None where there is none."""
    try:
        return spark.sparkContext._jvm
    except (PySparkException, AttributeError, NotImplementedError):
        return None


def _local(builder: SparkSession.Builder, settings: Settings) -> SparkSession.Builder:
    if settings.spark.master is None:
        raise UserError(
            "spark.master: not set and no cluster here; start the job with spark-submit, "
            "or give --config conf/local.yml"
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers must be this interpreter
    if not any(Path(_find_spark_home(), "jars").glob("delta-spark_*.jar")):
        builder = configure_spark_with_delta_pip(builder)
    builder = builder.config("spark.sql.warehouse.dir", settings.lake.path("warehouse"))
    return builder.master(settings.spark.master)
