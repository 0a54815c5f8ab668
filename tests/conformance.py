"""Every answer that a test sees is held against the OpenAPI document: its status, its media type and its shape."""

import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

#: What any operation may answer besides: no such path, and what the server itself refuses.
ALWAYS = {404, 405, 413, 415, 500, 503}


class Conformance:
    """What the document promises, path by path."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.components = document["components"]
        self.operations = [
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path.replace(".", r"\.")) + "$"), path, operation)
            for path, methods in sorted(document["paths"].items(), key=lambda item: "{" in item[0])
            for method, operation in methods.items()
        ]
        self.validator = cache(self._validator)

    def check(self, method: str, path: str, status: int, media: str, body: Any) -> None:
        """Raises AssertionError where the document promises something else."""
        found = self._operation(method, path.partition("?")[0])
        if found is None:
            return
        template, operation = found
        answers = operation["responses"]
        assert str(status) in answers or status in ALWAYS, f"{method} {template} answered {status}, undeclared: {body}"
        content = answers.get(str(status), {}).get("content")
        if not content or not body:
            return
        media = media.partition(";")[0]
        assert media in content, f"{method} {template} answered {status} as {media}, not {list(content)}"
        if "json" in media and "ndjson" not in media and "schema" in content[media]:
            errors = list(self.validator(method, template, status, media).iter_errors(body))
            assert not errors, f"{method} {template} {status}: {errors[0].json_path}: {errors[0].message}"

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        for its_method, pattern, template, operation in self.operations:
            if its_method == method and pattern.match(path):
                return template, operation
        return None

    def _validator(self, method: str, template: str, status: int, media: str) -> Draft202012Validator:
        operation = next(each for m, _, t, each in self.operations if (m, t) == (method, template))
        schema = operation["responses"][str(status)]["content"][media]["schema"]
        return Draft202012Validator(schema | {"components": self.components})
