"""`python -m workers POOL`: a worker process. One of the two places where eventlet patches, before anything else."""

import os
import sys

if sys.argv[1:2] == ["remote"] and os.environ.get("ASYNC_MODE", "eventlet") == "eventlet":
    import eventlet

    eventlet.monkey_patch()

from workers.worker import main

if __name__ == "__main__":
    main(sys.argv[1:])
