"""What beat does: the timetable, and nothing else."""
