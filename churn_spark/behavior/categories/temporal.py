"""When a customer is active: hours, weekdays, age of the account."""

import numpy as np

from churn_spark.behavior.definition import Feature
from churn_spark.behavior.formulas import Values, entropy, ratio
from churn_spark.behavior.lookback import WEEKDAYS
from churn_spark.behavior.tiles import DAY_PARTS

NO_EVENT = "without an event"
WHERE = " where the customer lives, UTC where no location tells"

FEATURES = (
    Feature("account_age_days", "amount", "days", "Days since registration",
            lambda w: w.days_since("registration_ms"),
            null="where no event tells a registration before `as_of`", since="v1.0"),
    Feature("tenure_bin", "score", "bin", "Age of the account: 0 under 30 days, 1 under 90, 2 under 365, 3 from 365 on",
            lambda w: _bin(w.days_since("registration_ms"), (30, 90, 365)),
            null="where no event tells a registration before `as_of`", maximum=3, since="v1.1"),
    Feature("history_days", "count", "days", "Days since the first day with an event, that day included",
            lambda w: w.days_since_first(), minimum=1, since="v1.1"),
    Feature("weekend_share_30d", "share", "share of days", "Saturdays and Sundays, UTC, among the active days",
            lambda w: ratio(w.sum("weekend_days"), w.sum("days")),
            window=30, null=NO_EVENT, maximum=1, since="v1.0"),
    Feature("evening_share_30d", "share", "share of events", f"Events from 18:00 to 24:00{WHERE}",
            lambda w: ratio(w.sum("evening_events"), w.sum("events")),
            window=30, null=NO_EVENT, maximum=1, since="v1.3"),
    Feature("night_share_30d", "share", "share of events", f"Events from 0:00 to 6:00{WHERE}",
            lambda w: ratio(w.sum("night_events"), w.sum("events")), window=30, null=NO_EVENT, maximum=1, since="v1.3"),
    Feature("morning_share_30d", "share", "share of events", f"Events from 6:00 to 12:00{WHERE}",
            lambda w: ratio(w.sum("morning_events"), w.sum("events")), window=30, null=NO_EVENT, maximum=1,
            since="v1.3"),
    Feature("day_part_entropy_30d", "amount", "bits",
            f"Entropy of the events over night, morning, afternoon and evening{WHERE}: 0 if all lie in one",
            lambda w: entropy([w.sum(part) for part in DAY_PARTS]), window=30, null=NO_EVENT, since="v1.3"),
    Feature("weekday_entropy_30d", "amount", "bits", "Entropy of the events over the days of the week",
            lambda w: entropy([w.sum(f"events_on_{weekday}") for weekday in range(WEEKDAYS)]),
            window=30, null=NO_EVENT, since="v1.1"),
    Feature("weekday_share_max_30d", "share", "share of events", "Events on the day of the week with the most",
            lambda w: ratio(np.max([w.sum(f"events_on_{weekday}") for weekday in range(WEEKDAYS)], axis=0),
                            w.sum("events")),
            window=30, null=NO_EVENT, maximum=1, since="v1.1"),
)  # fmt: skip


def _bin(values: Values, bounds: tuple[int, ...]) -> Values:
    return np.where(np.isnan(values), np.nan, np.searchsorted(bounds, values, side="right"))
