"""Schedules: what is asked again and again, and its history."""
