"""Second names: paths that users of the earlier systems know, for what has a name of its own under /api/v1 and /v1."""

from api.second_names import accounts, inference

__all__ = ["accounts", "inference"]
