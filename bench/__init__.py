"""Benchmarks: each beside a peer on the same work, in one run, so that what is claimed is a ratio."""
