"""What a worker process is: the Celery app, pools bound to lanes, and its health."""
