"""Answers that were given before: exact (process, Redis, Postgres), and by meaning (pgvector). Nothing crosses tenants.

Every loss is a miss: a cache that is away costs a call of the model, and never the request.
"""
