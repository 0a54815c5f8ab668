"""The client that is awaited. `millrace_client.blocking` is made from this folder by `clients/python/unasync.py`."""
