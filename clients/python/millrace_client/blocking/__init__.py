# Made by unasync.py: change aio/ and run it again.
"""The client that blocks: made from `aio/`."""
