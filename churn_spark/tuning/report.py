"""The newest comparison as a table on the screen."""

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.tuning.stage import newest_comparison

SHOWN = {
    "roc_auc": "ROC-AUC", "roc_auc_std": "+-", "pr_auc": "PR-AUC", "f1": "F1", "brier": "Brier",
    "calibrated_brier": "calibrated", "balanced_accuracy": "bal. acc.", "false_positive_rate": "FPR",
    "train_seconds": "fit s", "microseconds_a_row": "us/row", "stability": "stability",
}  # fmt: skip


def comparison(lake: Lake, settings: Settings) -> str:
    """One table for each part; all metrics are in `ops.comparisons`."""
    try:
        rows = newest_comparison(lake)
    except DataRefused:
        return ""
    retrospective = settings.tuning.protocol == "retrospective"
    title = f"Protocol {settings.tuning.protocol}" + (" (for comparison only)" if retrospective else "")
    lines = [title]
    for part, of_part in rows.groupby("part", sort=False):
        shown = of_part.set_index("candidate")[list(SHOWN)].rename(columns=SHOWN)
        shown.index.name = None
        lines += ["", str(part), shown.to_string(float_format=lambda value: f"{value:.4f}", na_rep="-")]
    return "\n".join(["", *lines])
