"""The table of the training set."""

from churn_spark.behavior.definition import columns
from churn_spark.features.catalogue import ALL_FEATURES
from churn_spark.table import Table

SPLITS = ("train", "validation", "embargo", "holdout")

SEARCHES = Table(
    "ops.searches",
    "One row per finished search of parameters; training.parameters: searched takes the newest of the kind of model",
    """
    search STRING NOT NULL COMMENT 'Mark of the rows, the folds and the settings of the search',
    searched_at TIMESTAMP NOT NULL COMMENT 'When it ended',
    kind STRING NOT NULL COMMENT 'Kind of model',
    way STRING NOT NULL COMMENT 'The way that won: settings (nothing was better), grid or optuna',
    parameters STRING NOT NULL COMMENT 'The best parameters, JSON; those that are not named stay as they are',
    roc_auc DOUBLE NOT NULL COMMENT 'Of the best parameters, mean over the folds',
    own_roc_auc DOUBLE NOT NULL COMMENT 'Of the parameters before the search, on the same folds',
    reason STRING NOT NULL COMMENT 'Why this way won'
    """,
    keys=("search",),
)

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
