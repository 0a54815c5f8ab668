"""OpenAI itself: the compatible engine, with its address, its key, and the headers that say who pays."""

from typing import Any

from millrace.engines import keys
from millrace.engines.addresses import OPENAI
from millrace.engines.compatible import Compatible, request_body, without
from millrace.engines.engine import Call

KEY_ENV = "OPENAI_API_KEY"

#: What other models thought: OpenAI refuses it.
THOUGHTS = frozenset({"reasoning_content"})


class OpenAI(Compatible):
    """`key_env` names the variable that holds the key; else it is `key`.

    `organization` and `project` say whose account a call of the platform's key is charged to. A key that a tenant
    brought goes without them: it has its own.
    """

    def __init__(
        self, url: str = "", *, key_env: str = "", key: str = "", organization: str = "", project: str = ""
    ) -> None:
        super().__init__(url or OPENAI, key_env=key_env or KEY_ENV, key=key)
        account = {"OpenAI-Organization": keys.fit(organization), "OpenAI-Project": keys.fit(project)}
        self._account = {name: value for name, value in account.items() if value}

    def _headers(self, key: str, *, brought: bool) -> dict[str, str]:
        return super()._headers(key, brought=brought) | ({} if brought else self._account)

    def _body(self, call: Call, stream: bool) -> dict[str, Any]:
        body = request_body(call, stream)
        if isinstance(body.get("messages"), list):
            body["messages"] = without(body["messages"], THOUGHTS)
        return body
