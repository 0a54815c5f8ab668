"""The domain: what the processes know in common. It knows nothing of Flask, and of Celery only in `broker`."""
