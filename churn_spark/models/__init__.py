"""What a model is: candidates, preparation of their inputs, calibration; free of Spark and MLflow."""
