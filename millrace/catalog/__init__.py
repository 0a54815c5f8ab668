"""The models there are: each has an engine, a lane, capabilities and a context length."""
