"""Data besides the logs -> silver: files, databases and REST services, customers under their pseudonyms."""
