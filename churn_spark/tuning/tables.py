"""The tables of comparisons and searches."""

from churn_spark.table import Table

METRICS = (
    "roc_auc", "pr_auc", "f1", "accuracy", "balanced_accuracy", "precision", "recall", "brier", "false_positive_rate",
    "precision_critical", "precision_high", "precision_medium", "precision_low", "train_seconds", "microseconds_a_row",
    "churn_rate", "mean_probability", "calibrated_mean", "calibrated_brier",
    "old_roc_auc",
)  # fmt: skip

COMPARISONS = Table(
    "ops.comparisons",
    "One row per candidate of a comparison, its metrics as means over the folds",
    f"""
    comparison STRING NOT NULL COMMENT 'Run of the job',
    compared_at TIMESTAMP NOT NULL COMMENT 'When',
    protocol STRING NOT NULL COMMENT 'How rows are split; retrospective is for comparison only',
    place INT NOT NULL COMMENT 'Place in the comparison, from 1: part by part, the best first where the order is free',
    part STRING NOT NULL COMMENT 'What is compared: candidates, imbalance, selection, stability or learning_curve',
    candidate STRING NOT NULL COMMENT 'Kind of model, or the way of it that the part compares',
    parameters STRING NOT NULL COMMENT 'Parameters that differ from the own ones of the kind, JSON',
    trials INT NOT NULL COMMENT 'Fits that the means are over',
    roc_auc_std DOUBLE COMMENT 'Standard deviation of roc_auc over these',
    roc_auc_min DOUBLE COMMENT 'Lowest',
    roc_auc_max DOUBLE COMMENT 'Highest',
    stability DOUBLE COMMENT '1 - roc_auc_std / roc_auc',
    agreement DOUBLE COMMENT 'Of chosen features: mean Jaccard index of each two folds',
    {", ".join(f"{name} DOUBLE COMMENT 'As in the metrics of a training run'" for name in METRICS)}
    """,
    keys=("comparison", "part", "candidate"),
)

TRIALS = Table(
    "ops.trials",
    "One row per finished set of parameters of a search; a search that was killed goes on from here",
    """
    search STRING NOT NULL COMMENT 'Mark of the rows, the folds and the settings of the search',
    way STRING NOT NULL COMMENT 'settings, grid or optuna',
    number INT NOT NULL COMMENT 'Place in the way, from 0',
    kind STRING NOT NULL COMMENT 'Kind of model',
    parameters STRING NOT NULL COMMENT 'Parameters that differ from the own ones of the kind, JSON',
    roc_auc DOUBLE NOT NULL COMMENT 'On the rows that are tested on, mean over the folds',
    roc_auc_std DOUBLE NOT NULL COMMENT 'Standard deviation over the folds',
    train_seconds DOUBLE NOT NULL COMMENT 'Of one fit, mean over the folds',
    finished_at TIMESTAMP NOT NULL COMMENT 'When'
    """,
    keys=("search", "way", "number"),
)
