"""What a model says of customers: the probability of churn, and the features that move it most."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from churn_spark.features.encoding import model_inputs
from churn_spark.models.explanation import is_exact
from churn_spark.models.model import Model
from churn_spark.settings.scoring import ScoringSettings
from churn_spark.training.prediction import FACTORS, churn_probability, top_factors


def predictions(rows: DataFrame, model: Model, scoring: ScoringSettings) -> DataFrame:
    """`user_id`, `as_of`, `churn_probability` and `top_factors`.

    If contributions are sampled, only the `explained_customers` of the highest probability have factors.
    """
    inputs = model_inputs(model.features)
    probability = churn_probability(model, inputs).alias("churn_probability")
    factors = top_factors(model, inputs, scoring.top_factors).alias("top_factors")
    if is_exact(model):
        return rows.select("user_id", "as_of", probability, factors)
    scored = rows.select("user_id", "as_of", probability)
    highest = scored.orderBy(F.desc("churn_probability"), "user_id").limit(scoring.explained_customers)
    told = rows.join(F.broadcast(highest.select("user_id")), "user_id", "left_semi").select("user_id", factors)
    none = F.array().cast(FACTORS)
    return scored.join(told, "user_id", "left").withColumn("top_factors", F.coalesce("top_factors", none))
