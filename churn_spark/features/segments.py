"""Behavioural segments: groups of customers who are alike in recency, frequency, money and engagement.

k-means with the start of Bahmani et al. 2012 (k-means||) on values scaled to mean 0 and standard deviation 1.
"""

from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.ml.pipeline import Pipeline
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.tables import Table

COUNT = 12
BY = ("engagement_score_30d", "rfm_recency_days", "rfm_frequency_90d", "rfm_monetary_90d")
KEY = ("user_id", "as_of")
PARTITIONS = 8  # the start depends on how the rows are spread, and must not depend on the cluster

SEGMENTS = Table(
    "gold.segments",
    "The behavioural segment of each customer; one row per customer and as_of",
    """
    user_id STRING NOT NULL COMMENT 'Customer',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; segments were found among the customers of this time',
    segment INT NOT NULL COMMENT 'From 1, whose customers have the highest mean engagement score, to at most 12'
    """,
    keys=KEY,
    timestamp_key="as_of",
    cluster_by=("as_of", "segment"),
)

SEGMENT_PROFILES = Table(
    "gold.segment_profiles",
    "What the customers of a segment are like; one row per as_of and segment",
    """
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC',
    segment INT NOT NULL COMMENT 'As in gold.segments',
    customers BIGINT NOT NULL COMMENT 'Customers in it',
    engagement_score_30d DOUBLE NOT NULL COMMENT 'Mean engagement score, 0 to 100',
    rfm_recency_days DOUBLE NOT NULL COMMENT 'Mean days since the last day with an event',
    rfm_frequency_90d DOUBLE NOT NULL COMMENT 'Mean sessions of the last 90 days',
    rfm_monetary_90d DOUBLE NOT NULL COMMENT 'Mean days at the paid level of the last 90'
    """,
    keys=("as_of", "segment"),
    timestamp_key="as_of",
)


def fit_segments(customers: DataFrame, seed: int) -> PipelineModel:
    """Find at most 12 segments among the customers (`user_id`, BY) of one `as_of`; fewer where fewer differ."""
    _without_native_blas(customers.sparkSession)
    rows = customers.select("user_id", *BY).repartition(PARTITIONS, "user_id").sortWithinPartitions("user_id")
    stages: list[Any] = [
        VectorAssembler(inputCols=list(BY), outputCol="values"),
        StandardScaler(inputCol="values", outputCol="scaled", withMean=True),
        # In blocks, which Spark would choose here, it fails on fewer customers than clusters.
        KMeans(featuresCol="scaled", k=COUNT, seed=seed, solver="row"),
    ]
    return Pipeline(stages=stages).fit(rows)


def _without_native_blas(spark: SparkSession) -> None:
    """Keep Spark from looking for a native BLAS: where there is none, it would tell so on the user's screen.

    The library looks once, by the machine's architecture, and offers no setting.
    """
    jvm = spark.sparkContext._jvm
    assert jvm is not None
    architecture = jvm.System.getProperty("os.arch")
    jvm.System.setProperty("os.arch", "none")
    try:
        jvm.java.lang.Class.forName("dev.ludovic.netlib.blas.InstanceBuilder")
    finally:
        jvm.System.setProperty("os.arch", architecture)


def clusters(model: PipelineModel) -> KMeansModel:
    """The part of the model that knows the clusters and how far the customers lie from them."""
    found = model.stages[-1]
    assert isinstance(found, KMeansModel)
    return found


def with_segments(customers: DataFrame, model: PipelineModel) -> DataFrame:
    """Customers (KEY and BY) with `segment`: the clusters numbered from 1 in order of falling mean engagement."""
    by_engagement = sorted(enumerate(clusters(model).clusterCenters()), key=lambda center: tuple(-center[1]))
    number = {cluster: number for number, (cluster, _) in enumerate(by_engagement, start=1)}
    numbers = F.array(*[F.lit(number[cluster]) for cluster in range(len(number))])
    return model.transform(customers.select(*KEY, *BY)).select(*KEY, *BY, numbers[F.col("prediction")].alias("segment"))


def segment_profiles(segmented: DataFrame) -> DataFrame:
    """Rows of `gold.segment_profiles`; means to two decimals."""
    means = [F.round(F.avg(name), 2).alias(name) for name in BY]
    return segmented.groupBy("as_of", "segment").agg(F.count("*").alias("customers"), *means)
