"""The list of stock phrases, compiled. Each is matched against one whole sentence of at most SENTENCE characters."""

import re
import tomllib
from importlib.resources import files

#: Longer sentences are no stock phrases, in characters.
SENTENCE = 240

_ANY = r"[^.!?\n]{0,200}"
_SHORT = r"(?: [^.!?:,;\n]{0,60})?"

_LANGUAGES = tomllib.loads(files(__package__).joinpath("phrases.toml").read_text("utf-8"))


def _compiled(what: str) -> re.Pattern[str]:
    phrases = [
        phrase.replace("{kind}", f"(?:{language['kinds']})").replace("{any}", _ANY).replace("{short}", _SHORT)
        for language in _LANGUAGES.values()
        for phrase in language[what]
    ]
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), re.IGNORECASE)


EXCLAIMED = _compiled("exclaimed")
SAID = _compiled("said")
INTRODUCING = _compiled("introducing")
CLOSING = _compiled("closing")


#: What stands around a sentence and says nothing: spaces, emphasis, smiles.
AROUND = " \n\t¡¿*_~😊🙂😀😄🎉🚀✨👍🌟💡👋"


def plain(sentence: str) -> str:
    """As the phrases are written: straight apostrophes, and nothing around."""
    return sentence.replace("’", "'").strip(AROUND)
