"""Webhooks: a tenant's endpoints, the log of what was sent to them, and the secrets that sign it."""
