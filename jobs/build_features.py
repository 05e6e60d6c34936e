"""Build activity tiles, the feature table, labels and the training set from silver.events."""

from churn_spark import pipeline
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("build_features", __doc__, [pipeline.features, pipeline.labels, pipeline.training_set])
