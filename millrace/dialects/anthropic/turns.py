"""A chat's messages as Anthropic's: the system's words apart, the rest in turns of user and assistant."""

from typing import Any

from millrace.dialects.anthropic.blocks import assistant_blocks, blocks_of, tool_blocks
from millrace.dialects.given import objects, wrong

SYSTEM = ("system", "developer")


def turns_of(messages: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(blocks of the system, turns). Raises InvalidField, naming the message that is wrong.

    The system's messages go to the front wherever they stand; neighbours of one role become one turn, as Anthropic
    would do with them, so that the results of parallel tool calls stand together.
    """
    system: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for where, message in objects(messages, "messages"):
        role, blocks = _read(message, where)
        if role == "system":
            system += blocks
        elif blocks:
            _join(turns, role, blocks)
    if not turns:
        # OpenAI's models answer the system alone; Anthropic's want a user.
        system, turns = [], [{"role": "user", "content": system}]
    _trim(turns)
    if not turns or not turns[0]["content"]:
        raise wrong("messages", "must hold at least one message that says something")
    return system, turns


def _read(message: dict[str, Any], where: str) -> tuple[str, list[dict[str, Any]]]:
    role = message.get("role")
    if role in SYSTEM:
        return "system", blocks_of(message.get("content"), f"{where}.content")
    if role == "user":
        return "user", blocks_of(message.get("content"), f"{where}.content")
    if role == "assistant":
        return "assistant", assistant_blocks(message, where)
    if role == "tool":
        return "user", tool_blocks(message, where)
    raise wrong(f"{where}.role", "must be one of system, developer, user, assistant, tool")


def _join(turns: list[dict[str, Any]], role: str, blocks: list[dict[str, Any]]) -> None:
    if turns and turns[-1]["role"] == role:
        turns[-1]["content"] += blocks
    else:
        turns.append({"role": role, "content": blocks})


def _trim(turns: list[dict[str, Any]]) -> None:
    """An answer that the model is to go on with may not end in white space."""
    last = turns[-1]
    if last["role"] == "assistant" and last["content"][-1]["type"] == "text":
        last["content"][-1]["text"] = last["content"][-1]["text"].rstrip()
