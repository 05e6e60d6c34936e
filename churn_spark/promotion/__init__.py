"""Which version of the model is in use: promoted by a rule, rolled back in one command, every move on record."""
