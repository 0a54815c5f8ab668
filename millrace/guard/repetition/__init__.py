"""Notices that a model has fallen into a loop, and cuts its answer there, unless the repetition was asked for.

`Detector` and `loop_in` notice, `asked_for` reads the request, `Cutter` cuts a text that streams or is whole.
"""

from millrace.guard.repetition.asked import asked_for
from millrace.guard.repetition.cutter import Cutter
from millrace.guard.repetition.detector import Detector, Loop, loop_in

__all__ = ["Cutter", "Detector", "Loop", "asked_for", "loop_in"]
