"""What the pipeline's report says of labels."""

from operator import itemgetter

from churn_spark.labels.tables import LABEL_OVERLAP
from churn_spark.lake import Lake
from churn_spark.settings.all import Settings


def overlap(lake: Lake, settings: Settings) -> str:
    """How far each pair of churn reasons agrees."""
    if not lake.exists(LABEL_OVERLAP):
        return ""
    lines = ["Customers who churned by both reasons, by only the first, by only the second (Jaccard index)"]
    for row in sorted(lake.read(LABEL_OVERLAP).collect(), key=itemgetter("reason", "other_reason")):
        pair = f"{row['reason']}, {row['other_reason']}".replace("_", " ")
        share = "-" if row["jaccard"] is None else f"{row['jaccard']:.2f}"
        lines.append(f"  {pair:<30}{row['both']:>9,}{row['only_reason']:>9,}{row['only_other']:>9,}  ({share})")
    return "\n".join(lines)
