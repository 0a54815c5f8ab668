"""The keys for vendors that tenants bring: each for an engine or one model, for one server, and sealed."""
