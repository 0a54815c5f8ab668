"""Anthropic's Messages, both ways.

As the engine asks: `asking` (a chat becomes a request), `chunks` (the events of its answer become a chat's chunks).
As we are asked: `asked` (a request becomes a chat), `message` and `events` (a chat's answer becomes a message),
`errors`, `counting`. Source: Anthropic's API reference, version 2026-10-21.
"""
