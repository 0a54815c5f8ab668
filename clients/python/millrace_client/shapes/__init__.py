"""What answers hold: the JSON as it came, typed. Times are Unix seconds, money is a decimal string of US dollars.

tests/unit/clients/test_drift.py holds each of these against the OpenAPI document. A newer server may say more.
"""

from millrace_client.shapes.account import Caller, Person, Tenant, Tokens
from millrace_client.shapes.batches import (
    Batch,
    BatchLine,
    BatchList,
    BatchQuote,
    Counts,
    LineError,
    LineErrors,
    Progress,
    QuotedModel,
    QuotedQuota,
    Template,
)
from millrace_client.shapes.files import File, FileDeleted, FileList
from millrace_client.shapes.jobs import Error, Job, JobList, TokenUsage, Webhook
from millrace_client.shapes.keys import Key, KeyList, NewKey
from millrace_client.shapes.models import Alias, Model, ModelList, Price
from millrace_client.shapes.pages import Page
from millrace_client.shapes.schedules import Run, RunList, Schedule, ScheduleList
from millrace_client.shapes.usage import Amounts, Bucket, Burst, Monthly, Quota, Usage, Window
from millrace_client.shapes.webhooks import Delivery, DeliveryList, Endpoint, EndpointList, NewEndpoint

__all__ = [
    "Alias",
    "Amounts",
    "Batch",
    "BatchLine",
    "BatchList",
    "BatchQuote",
    "Bucket",
    "Burst",
    "Caller",
    "Counts",
    "Delivery",
    "DeliveryList",
    "Endpoint",
    "EndpointList",
    "Error",
    "File",
    "FileDeleted",
    "FileList",
    "Job",
    "JobList",
    "Key",
    "KeyList",
    "LineError",
    "LineErrors",
    "Model",
    "ModelList",
    "Monthly",
    "NewEndpoint",
    "NewKey",
    "Page",
    "Person",
    "Price",
    "Progress",
    "Quota",
    "QuotedModel",
    "QuotedQuota",
    "Run",
    "RunList",
    "Schedule",
    "ScheduleList",
    "Template",
    "Tenant",
    "TokenUsage",
    "Tokens",
    "Usage",
    "Webhook",
    "Window",
]
