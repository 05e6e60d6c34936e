"""The table of the training set."""

from churn_spark.behavior.definition import columns
from churn_spark.features.catalogue import ALL_FEATURES
from churn_spark.table import Table

SPLITS = ("train", "validation", "embargo", "holdout")

TRAINING_SET = Table(
    "gold.training_set",
    "Labelled customers with their features point-in-time, and the part that each row plays",
    f"""
    user_id STRING NOT NULL COMMENT 'Customer',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; features use events before it, the label events from it on',
    label_version STRING NOT NULL COMMENT 'Definition of churn',
    churned BOOLEAN NOT NULL COMMENT 'Label',
    split STRING NOT NULL COMMENT 'train, validation, embargo or holdout',
    feature_version STRING COMMENT 'Version of the feature definitions',
    {columns(ALL_FEATURES)}
    """,
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of",),
)
