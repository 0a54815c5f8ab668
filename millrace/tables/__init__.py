"""The tables, a file per concept, for queries that are composed; the hot ones are functions of the database."""

from millrace.tables.jobs import job_requests, job_results, jobs, queues
from millrace.tables.metadata import metadata

__all__ = ["job_requests", "job_results", "jobs", "metadata", "queues"]
