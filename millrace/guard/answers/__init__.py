"""What becomes of an answer's texts on their way back: whether loops are cut and stock phrases trimmed.

`AnswerPolicy` is a tenant's, `wish` what one request says, `Manner` what holds for it, `Passage` the way of one text.
"""

from millrace.guard.answers.manner import Manner, manner_of
from millrace.guard.answers.passage import Passage
from millrace.guard.answers.policy import AnswerPolicy, Loops, Stock

__all__ = ["AnswerPolicy", "Loops", "Manner", "Passage", "Stock", "manner_of"]
