"""Training set -> split -> XGBoost on Spark -> evaluation -> champion in MLflow's registry."""
