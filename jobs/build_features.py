"""Build activity tiles, the feature tables, labels and the training set from silver."""

from churn_spark import table_stages
from churn_spark.runs import run_job

if __name__ == "__main__":
    run_job("build_features", __doc__, [table_stages.features, table_stages.labels, table_stages.training_set])
