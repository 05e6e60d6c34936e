"""What a customer pays for, and signs of a change."""

import numpy as np

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import Values, ratio
from churn_spark.behavior.lookback import Window

LEVELS = ("free", "paid")

FEATURES = (
    Feature("level", "category", "level", "Newest known level of the subscription",
            lambda w: _is_paid(w), null="where no event tells a level", levels=LEVELS, since="v1.2"),
    Feature("is_paid", "flag", "yes or no", "1 if the newest known level is paid, 0 if it is free",
            lambda w: _is_paid(w), null="where no event tells a level", maximum=1, since="v1.0"),
    Feature("paid_share_90d", "share", "share of days", "Days with an event at the paid level among the active days",
            lambda w: ratio(w.sum("paid_days"), w.sum("days")), window=90, null="without an event", maximum=1,
            since="v1.1"),
    Feature("downgrade_visits_30d", "count", "pages", "Downgrade pages seen",
            lambda w: w.sum("downgrade_visits"), window=30, since="v1.0"),
    Feature("upgrade_visits_30d", "count", "pages", "Upgrade pages seen",
            lambda w: w.sum("upgrade_visits"), window=30, since="v1.1"),
    Feature("days_since_downgrade_visit", "count", "days", "Days since the last day with a downgrade page",
            lambda w: w.days_since_any("downgrade_visits"), null="without such a day", minimum=1, since="v1.1"),
    Feature("days_since_upgrade_visit", "count", "days", "Days since the last day with an upgrade page",
            lambda w: w.days_since_any("upgrade_visits"), null="without such a day", minimum=1, since="v1.1"),
    Feature("upgrades", "count", "upgrades", "Upgrades ever", lambda w: w.sum("upgrades"), since="v1.1"),
    Feature("downgrades", "count", "downgrades", "Downgrades ever", lambda w: w.sum("downgrades"), since="v1.1"),
)  # fmt: skip


def _is_paid(w: Window) -> Values:
    paid, free = w.days_since("last_paid_ms"), w.days_since("last_free_ms")
    has_level = ~(np.isnan(paid) & np.isnan(free))
    # At the same moment both may be logged; such an upgrade or downgrade counts as paid.
    return np.where(has_level, np.nan_to_num(paid, nan=np.inf) <= np.nan_to_num(free, nan=np.inf), np.nan)
