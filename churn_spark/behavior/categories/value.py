"""What a customer is worth: engagement, RFM, customer lifetime value.

The logs hold no prices; money is counted in monthly fees of the paid level. Billing data will tell more.
"""

import numpy as np

from churn_spark.behavior.definition import Feature, Quintile, Total
from churn_spark.behavior.formulas import Values, ratio
from churn_spark.behavior.lookback import Window

MONTHS = 36
MONTHLY_DISCOUNT = 0.01

FEATURES = (
    Feature("engagement_score_30d", "score", "points",
            "Mean of five percentages, each at most 100: days active out of 30, songs out of 500, playlist adds out of "
            "20, thumbs out of 40, friends out of 10",
            lambda w: _engagement(w), window=30, maximum=100, since="v1.1"),
    Feature("rfm_recency_days", "count", "days", "Days since the last day with an event",
            lambda w: w.days_since_any("events"), minimum=1, since="v1.1"),
    Feature("rfm_frequency_90d", "count", "sessions", "Sessions begun", lambda w: w.sum("sessions"), window=90,
            since="v1.1"),
    Feature("rfm_monetary_90d", "count", "days", "Days with an event at the paid level",
            lambda w: w.sum("paid_days"), window=90, maximum=90, since="v1.1"),
    Feature("retention_28d", "share", "probability",
            "Probability of an active day in the next 28 days: 1 - (1 - p) ** 28, where p is (days active + 1) / 30 by "
            "the rule of succession",
            lambda w: _retention(w), window=28, maximum=1, since="v1.1"),
    Feature("clv_3y", "amount", "monthly fees",
            f"Estimate of the fees of the next three years: the share of paid days times the sum over {MONTHS} months "
            f"of (retention / {1 + MONTHLY_DISCOUNT}) ** month (Gupta and Lehmann 2003)",
            lambda w: _clv(w), window=90, null="without an event", maximum=MONTHS, since="v1.1"),
    Feature("clv_score", "score", "points", "100 times clv_3y over the clv_3y of a customer who pays and stays",
            lambda w: np.minimum(100 * _clv(w) / _fees(np.ones(1)), 100),
            window=90, null="without an event", maximum=100, since="v1.1"),
    Feature("registration_missing", "flag", "yes or no", "1 if no event tells a registration before `as_of`",
            lambda w: np.isnan(w.days_since("registration_ms")).astype(float), maximum=1, since="v1.1"),
    Feature("no_songs_30d", "flag", "yes or no", "1 if no song was played",
            lambda w: (w.sum("songs") == 0).astype(float), window=30, maximum=1, since="v1.1"),
    Feature("no_thumbs_30d", "flag", "yes or no", "1 if no thumb up or down was given",
            lambda w: (w.sum("thumbs_up") + w.sum("thumbs_down") == 0).astype(float), window=30, maximum=1,
            since="v1.1"),
    Feature("no_sessions_30d", "flag", "yes or no", "1 if no session was begun",
            lambda w: (w.sum("sessions") == 0).astype(float), window=30, maximum=1, since="v1.1"),
)  # fmt: skip

QUINTILES = (
    Quintile("rfm_recency_quintile", "score", "fifth", "Fifth of the customers by recency: 5 was active last",
             "rfm_recency_days", inverted=True, minimum=1, maximum=5, since="v1.1"),
    Quintile("rfm_frequency_quintile", "score", "fifth", "Fifth of the customers by sessions in 90 days: 5 has most",
             "rfm_frequency_90d", minimum=1, maximum=5, since="v1.1"),
    Quintile("rfm_monetary_quintile", "score", "fifth", "Fifth of the customers by paid days in 90 days: 5 has most",
             "rfm_monetary_90d", minimum=1, maximum=5, since="v1.1"),
)  # fmt: skip

RFM_SCORE = Total("rfm_score", "score", "points", "Sum of the fifths by recency, frequency and money: 15 is best",
                  tuple(quintile.name for quintile in QUINTILES), minimum=3, maximum=15, since="v1.1")  # fmt: skip


def _engagement(w: Window) -> Values:
    thumbs = w.sum("thumbs_up") + w.sum("thumbs_down")
    parts = (
        w.sum("days") / 30,
        w.sum("songs") / 500,
        w.sum("playlist_adds") / 20,
        thumbs / 40,
        w.sum("friend_adds") / 10,
    )
    return 20 * np.sum([np.minimum(part, 1) for part in parts], axis=0)


def _retention(w: Window) -> Values:
    return 1 - (1 - (w.last(28).sum("days") + 1) / 30) ** 28


def _clv(w: Window) -> Values:
    return ratio(w.sum("paid_days"), w.sum("days")) * _fees(_retention(w))


def _fees(retention: Values) -> Values:
    """Sum of a geometric series: one fee a month as long as the customer stays, discounted."""
    factor = retention / (1 + MONTHLY_DISCOUNT)
    return factor * (1 - factor**MONTHS) / (1 - factor)
