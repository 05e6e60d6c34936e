"""Build activity tiles, the feature tables, labels and the training set from silver."""

from churn_spark.features.stage import customer_features, features
from churn_spark.labels.stage import customer_labels, labels
from churn_spark.runs import run_job
from churn_spark.training.stage import customer_training_set, training_set

if __name__ == "__main__":
    run_job(
        "build_features",
        __doc__,
        [features, labels, training_set],
        on_customers=[customer_features, customer_labels, customer_training_set],
    )
