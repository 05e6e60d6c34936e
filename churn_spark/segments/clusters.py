"""Behavioural segments: groups of customers who are alike in recency, frequency, money and engagement.

k-means with the start of Bahmani et al. 2012 (k-means||) on values scaled to mean 0 and standard deviation 1.
"""

from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.ml.pipeline import Pipeline
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.segments.tables import KEY
from churn_spark.session import without_native_blas

COUNT = 12
BY = ("engagement_score_30d", "rfm_recency_days", "rfm_frequency_90d", "rfm_monetary_90d")
PARTITIONS = 8  # the start depends on the partitions of the rows; a fixed number makes it the same on every cluster


def fit_segments(customers: DataFrame, seed: int) -> PipelineModel:
    """Find at most 12 segments among the customers (`user_id`, BY) of one `as_of`; fewer if fewer customers differ."""
    without_native_blas(customers.sparkSession)
    rows = customers.select("user_id", *BY).repartition(PARTITIONS, "user_id").sortWithinPartitions("user_id")
    stages: list[Any] = [
        VectorAssembler(inputCols=list(BY), outputCol="values"),
        StandardScaler(inputCol="values", outputCol="scaled", withMean=True),
        # Spark would choose the solver "block" here, which fails with fewer customers than clusters.
        KMeans(featuresCol="scaled", k=COUNT, seed=seed, solver="row"),
    ]
    return Pipeline(stages=stages).fit(rows)


def clusters(model: PipelineModel) -> KMeansModel:
    """The part of the model that knows the clusters and how far the customers lie from them."""
    last = model.stages[-1]
    assert isinstance(last, KMeansModel)
    return last


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
