"""Comparing models: the same graded prompts to each, as ordinary jobs, and what came of them side by side.

A comparison is a use of work: its calls are jobs of the caller's, its figures are derived from what their settlements
wrote. Whoever looks takes in what has ended; so does the sweep.
"""
