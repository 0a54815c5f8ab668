"""Answers in OpenAI's shape, and what a backend's statuses mean: what the engines have in common."""
