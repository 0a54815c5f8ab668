"""Schedules: jobs and batches that are asked for again and again (docs/schedules.md).

A window is a row before its job is made, and the job is made under a key that the window gives: so each window has one,
however many look, and whoever dies between the two (docs/adr/0028).
"""
