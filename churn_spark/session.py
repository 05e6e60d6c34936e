"""The Spark session: the one that is there, or one that fits the settings."""

import os
import sys
from pathlib import Path

from delta import configure_spark_with_delta_pip
from pyspark.find_spark_home import _find_spark_home
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.settings import Settings

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
DELTA_CATALOG = "org.apache.spark.sql.delta.catalog.DeltaCatalog"


def spark_session(settings: Settings) -> SparkSession:
    """The active session (Databricks, a notebook); else one with Delta and UTC.

    Under spark-submit master and JARs are the submitter's; else the master is `spark.master`.
    Raises UserError where there is neither a session, nor spark-submit, nor a master, or no Delta JAR.
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
        .config(map=dict(settings.spark.conf))
    )
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # which spark-submit sets for the Python that it starts
        builder = _local(builder, settings)
    spark = builder.getOrCreate()
    jvm = spark.sparkContext._jvm
    if jvm is None or not jvm.org.apache.spark.util.Utils.classIsLoadable(DELTA_EXTENSION):
        spark.stop()
        raise UserError(
            "spark-submit: Delta Lake is not on Spark's class path; add --packages io.delta:delta-spark_4.2_2.13:4.4.0"
        )
    return spark


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
