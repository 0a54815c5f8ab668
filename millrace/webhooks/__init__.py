"""Webhooks: what happened is told to whoever asked to hear of it (docs/webhooks.md).

An event and its deliveries are written by the database, in the transaction in which what they tell of becomes true
(migrations/functions/tell_webhooks.sql). A lane of its own sends them.
"""
