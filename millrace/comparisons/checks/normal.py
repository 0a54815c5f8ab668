"""When two texts say the same: Unicode's forms, case, spaces, and what stands around an answer do not count."""

import unicodedata

#: Quotes, brackets, emphasis and full stops around an answer.
AROUND = " \n\t\"'`´‘’“”«»*_~.,;:!?¡¿()[]{}"


def folded(text: str) -> str:
    """In one case (Unicode's case folding, after NFKC), with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalised(text: str) -> str:
    """Folded, without what stands around it."""
    return folded(text).strip(AROUND)
