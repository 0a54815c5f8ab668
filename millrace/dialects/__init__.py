"""The three ways in which a chat is asked for, and the pure translation between them.

OpenAI's chat completions are what everything inside speaks. `anthropic/` has Anthropic's Messages, both ways: the
engine asks in them, and `/v1/messages` is asked in them. `responses/` has OpenAI's Responses, as `/v1/responses` is.
"""
