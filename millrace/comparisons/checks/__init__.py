"""What an answer is checked for, without a judge: pure functions of its text, declared as data."""

from typing import Annotated

from pydantic import Field

from millrace.comparisons.checks.documents import Json
from millrace.comparisons.checks.lengths import Length
from millrace.comparisons.checks.numbers import Number
from millrace.comparisons.checks.patterns import Matches
from millrace.comparisons.checks.texts import Contains, Equals, Lacks, OneOf

Check = Annotated[
    Equals | OneOf | Contains | Lacks | Matches | Number | Json | Length,
    Field(discriminator="kind"),
]

__all__ = ["Check", "Contains", "Equals", "Json", "Lacks", "Length", "Matches", "Number", "OneOf"]
