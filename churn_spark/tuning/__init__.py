"""Which kind of model, which parameters, which rows and which features: candidates compared on the same folds."""
