"""Training set, split, XGBoost on Spark workers, evaluation, champion in MLflow's registry."""
