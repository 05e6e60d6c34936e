"""How good scores are, from arrays or from counts that stay small."""
