"""What `gold.labels` must keep."""

from collections.abc import Iterable

from churn_spark.labels.tables import LABELS
from churn_spark.quality.expectation import DeclaredColumns, Expectation, ShareBetween, one_of, one_row_per
from churn_spark.settings.labels import LabelSettings


def labels_by(versions: Iterable[str], limits: LabelSettings) -> list[Expectation]:
    """Expectations of the labels by these definitions of churn."""
    low, high = limits.warn_rate_below, limits.warn_rate_above
    return [
        DeclaredColumns(),
        one_row_per(LABELS.keys),
        one_of("label_version", versions),
        *[
            ShareBetween(
                f"{low:.2%} to {high:.2%} of the known labels of {version} say churned",
                "churned",
                f"label_version = '{version}'",
                low,
                high,
                column="churned",
                severity="warning",
            )
            for version in versions
        ],
    ]
