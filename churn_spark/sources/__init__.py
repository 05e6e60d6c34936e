"""Customer data besides the logs -> silver: files, databases and REST services, under the users' pseudonyms."""
