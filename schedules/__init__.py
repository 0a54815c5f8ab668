"""What beat does: the timetable, and nothing else; each job on it is a task of its own."""
