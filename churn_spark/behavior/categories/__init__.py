"""The features of behavior, one module per category; each declares its features and their computation."""
