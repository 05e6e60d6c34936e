"""Silver events -> activity tiles -> feature tables."""
