"""The table of the scores, which other teams read."""

from churn_spark.table import Table

CHURN_SCORES = Table(
    "scores.churn_scores",
    "The score of each customer at each as_of, replaced as a whole when the as_of is scored again",
    """
    user_id STRING NOT NULL COMMENT 'Customer',
    as_of TIMESTAMP NOT NULL COMMENT 'Midnight UTC; events before it were used',
    scored_at TIMESTAMP NOT NULL COMMENT 'When the score was computed',
    model_name STRING NOT NULL COMMENT 'Registered model',
    model_version STRING NOT NULL COMMENT 'Version of the registered model',
    churn_probability DOUBLE NOT NULL COMMENT 'Probability of churn within gap and horizon of the model, 0 to 1',
    risk_level STRING NOT NULL COMMENT 'CRITICAL > 0.8, HIGH > 0.6, MEDIUM > 0.4, else LOW',
    confidence DOUBLE NOT NULL COMMENT 'How far the probability lies from a coin toss: 2 * |p - 0.5|, 0 to 1',
    top_factors ARRAY<STRUCT<feature: STRING, value: DOUBLE, contribution: DOUBLE>> NOT NULL COMMENT 'Features that move this score most, by SHAP contribution in log odds; above 0 raises the risk',
    recommended_actions ARRAY<STRING> NOT NULL COMMENT 'What to do about the factors that raise the risk; empty below the threshold from which the model expects churn'
    """,
    keys=("user_id", "as_of"),
    timestamp_key="as_of",
    cluster_by=("as_of", "risk_level"),
)
