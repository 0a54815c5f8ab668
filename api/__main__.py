"""`python -m api`: the API process. One of the two places where eventlet patches, before anything else."""

import gc
import os
import warnings

# What is imported stays: to look through it meanwhile is a sixth of the time that a start takes.
gc.disable()

if os.environ.get("ASYNC_MODE", "eventlet") == "eventlet":
    # Its maintainers plan to retire it; we know (docs/adr/0001).
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    import eventlet

    # Not os: Celery writes its farewell from the hub, where a green write may not wait.
    eventlet.monkey_patch(os=False)

from api.server import main

if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    main()
