"""The Anthropic engine: its Messages, asked for in OpenAI's shapes."""
