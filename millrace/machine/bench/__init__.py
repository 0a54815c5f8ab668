"""`millrace bench`: comparing models on a platform that runs, over its API."""
