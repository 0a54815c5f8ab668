"""`tasks.deliver(lane)`: a ring has reached a worker that sends webhooks."""

from millrace import broker
from millrace.jobs import bell
from millrace.webhooks.deliverer import Deliverer

#: This process's.
deliverer = Deliverer()


@broker.app().task(name=broker.DELIVER, ignore_result=True)
def deliver(lane: str) -> None:
    """Until nothing is due."""
    bell.answered(lane)
    deliverer.deliver()
