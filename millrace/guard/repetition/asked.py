"""Whether a request asks for repetition: what looks like a loop in its answer is then what somebody wanted.

It is asked only when a loop was noticed. Who is held for asking has a loop that goes on to its limit, as it does
everywhere else; who asks and is not heard has his answer cut. So it hears rather too much.
"""

import re
from typing import Any

from millrace.guard.asking import text_of

#: Of a request's last messages of the user, how many are read; of each, the characters at its begin and at its end.
_MESSAGES, _CHARACTERS = 2, 600

_MANY = (
    r"\d[\d.,]*|dozens?|ten|twenty|fifty|(?:a )?hundred|thousands?|(?<!how )many|several|zehn|zwanzig|"
    r"fünfzig|hundert|tausend|dix|vingt|cinquante|cent|mille|diez|veinte|cincuenta|cien|mil|dieci|venti|cinquanta|cento|dez|vinte|"
    r"cinquenta|cem|tien|twintig|vijftig|honderd|duizend"
)
_SAYS = re.compile(
    r"(?i)\b(?:repeat(?!\s+yourself)\w*|over and over|again and again|forever|endless\w*|identical|copies of|"
    r"all values are|zeros|zeroes|"
    r"wiederhol\w*|immer wieder|immer dasselbe|endlos\w*|nullen|gleichen?|"
    r"répèt\w*|répét\w*|encore et encore|identiques?|zéros|sans t'arrêter|sans fin|"
    r"repit\w*|repet\w*|una y otra vez|sin parar|idéntic\w*|ceros|"
    r"ripet\w*|all'infinito|identic[hio]\w*|zeri|sem parar|iguais|"
    r"herhaal\w*|herhal\w*|identieke?|dezelfde regel|eindeloos|nullen)\b"
    rf"|\b(?:{_MANY})[\s-]*(?:times|copies|identical|mal\b|fois|veces|volte|vezes|keer|maal)\b"
    r"|重复|重複|\d+\s*[次遍回]|百遍|百回|繰り返|くり返"
)


def asked_for(body: dict[str, Any]) -> bool:
    """Of a request in OpenAI's shape: what its user said last, or its prompt."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        return _says(text_of(body))
    said = [each for each in messages if isinstance(each, dict) and each.get("role") == "user"]
    return any(_says(text_of({"messages": [message]})) for message in said[-_MESSAGES:])


def _says(text: str) -> bool:
    """Instructions stand before or after what they are about."""
    return any(_SAYS.search(part) for part in (text[:_CHARACTERS], text[_CHARACTERS:][-_CHARACTERS:]))
