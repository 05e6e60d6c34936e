"""Risk levels, for scores in Spark and for the exported model alike."""

RISK_LEVELS = (("CRITICAL", 0.8), ("HIGH", 0.6), ("MEDIUM", 0.4))  # above the bound
LOWEST = "LOW"  # at or below all bounds
