"""Batches: asked for, watched, changed, and what came of them."""
