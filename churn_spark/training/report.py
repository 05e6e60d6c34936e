"""What the pipeline's report says of the champion."""

from churn_spark.errors import DataRefused
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings
from churn_spark.tracking import open_store
from churn_spark.training.registry import load_champion


def champion(lake: Lake, settings: Settings) -> str:
    """The champion's metrics on the holdout, and beside them those of the benchmarks if the logs are simulated."""
    open_store(settings)
    try:
        model = load_champion(settings)
    except DataRefused:
        return ""
    metrics = model.card.metrics
    lines = [
        f"Champion {model.name} version {model.version}, {model.card.label_version}, on the holdout",
        f"  ROC-AUC {metrics['roc_auc']:.3f}, PR-AUC {metrics['pr_auc']:.3f} "
        f"({metrics['positives']:.0f} of {metrics['rows']:,.0f} customers churned)",
    ]
    if "oracle_roc_auc" in metrics:
        lines.append(
            f"  oracle's ROC-AUC {metrics['oracle_roc_auc']:.3f} (it sees the simulator's hidden hazard); "
            f"the model reaches {metrics['oracle_ratio']:.0%} of it"
        )
    if "log_ceiling_roc_auc" in metrics:
        lines.append(
            f"  log ceiling's ROC-AUC {metrics['log_ceiling_roc_auc']:.3f} (it knows the simulator and sees the logs); "
            f"the model reaches {metrics['log_ceiling_ratio']:.1%} of it"
        )
    return "\n".join(lines)
