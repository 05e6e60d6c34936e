"""The training set: labels with what was known at their time."""

from churn_spark.features.feature_tables import TABLE_FEATURES
from churn_spark.tables import Table

FEATURE_COLUMNS = ", ".join(f"{feature.name} DOUBLE COMMENT '{feature.description}'" for feature in TABLE_FEATURES)

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
    {FEATURE_COLUMNS}
    """,
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of",),
    evolves=True,
)
