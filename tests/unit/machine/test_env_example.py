"""`.env.example` names every setting, with the default that it really has."""

from millrace.settings import Settings
from tests.machine import ROOT


def test_it_names_every_setting_with_its_default() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    said = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(said) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        assert said[name.upper()] == default.removesuffix(".0"), name
