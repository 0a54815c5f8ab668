"""Batches: files of requests, each line a job (docs/batches.md)."""
