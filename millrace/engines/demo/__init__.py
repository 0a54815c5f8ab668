"""The demo engine: always there, deterministic, and it fails in every way an upstream can, on request."""
