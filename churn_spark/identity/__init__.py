"""Bronze -> silver: exact duplicates out, missing user IDs recovered."""
