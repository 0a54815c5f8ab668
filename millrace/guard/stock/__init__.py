"""Trims stock openers and closers off an answer, when asked to.

Conservative: a whole sentence of the list goes, at the very beginning or end, and never the last one that is left. What
opens with a mark of quoting or code stays, and so do closers of letters and of code.
"""

from millrace.guard.stock.streaming import Trimmer
from millrace.guard.stock.trimming import trimmed

__all__ = ["Trimmer", "trimmed"]
