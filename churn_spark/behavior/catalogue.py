"""All features of behavior, by category."""

from churn_spark.behavior.categories import (
    decay,
    diversity,
    interaction,
    person,
    recency,
    subscription,
    technical,
    temporal,
    usage,
    value,
)
from churn_spark.behavior.definition import Capped, Declared, Feature, Quintile

CATEGORIES: dict[str, tuple[Declared, ...]] = {
    "temporal": temporal.FEATURES,
    "behaviour": (*usage.FEATURES, *usage.CAPPED),
    "interaction": interaction.FEATURES,
    "technical": technical.FEATURES,
    "recency": recency.FEATURES,
    "decay": decay.FEATURES,
    "subscription": subscription.FEATURES,
    "person": person.FEATURES,
    "diversity": diversity.FEATURES,
    "value": (*value.FEATURES, *value.QUINTILES, value.RFM_SCORE),
}
BEHAVIOR_FEATURES = tuple(feature for features in CATEGORIES.values() for feature in features)

# By computation: from the customer's own days, relative to all customers of the same as_of, as sums of other features.
OWN = tuple(feature for feature in BEHAVIOR_FEATURES if isinstance(feature, Feature))
RELATIVE: tuple[Quintile | Capped, ...] = (*value.QUINTILES, *usage.CAPPED)
TOTALS = (value.RFM_SCORE,)
