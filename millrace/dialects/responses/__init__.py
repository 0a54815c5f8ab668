"""OpenAI's Responses, as `/v1/responses` is asked and answers.

`asked` makes a chat of a request, `items` makes messages of its input, `response` makes the Response object of a chat's
answer, `stream` makes its events of ours, and `numbers` says how these are numbered. Source: OpenAI's API description.
"""
