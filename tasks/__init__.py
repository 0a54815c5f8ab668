"""What a worker does: one thin Celery task per kind of work, each round a plain function of the domain."""
