"""`python -m workers POOL`: a worker process. One of the two places where eventlet patches, before anything else."""

import gc
import os
import sys
import warnings

# As in api/__main__.py.
gc.disable()

if sys.argv[1:2] in (["remote"], ["webhooks"]) and os.environ.get("ASYNC_MODE", "eventlet") == "eventlet":
    # Its maintainers plan to retire it; we know (docs/adr/0001).
    warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")
    import eventlet

    # Not os: Celery writes its farewell from the hub, where a green write may not wait.
    eventlet.monkey_patch(os=False)

    from workers import green

    green.mend_select()

if __name__ == "__main__":
    if sys.argv[1:2] == ["models"]:
        # It runs no tasks: Celery and the database would only take 40 MB.
        from workers.models import main
    else:
        from workers.worker import main

    gc.freeze()
    gc.enable()
    main(sys.argv[1:])
