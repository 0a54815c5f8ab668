"""What stands between users and models: redaction, filters, and what cuts loops and stock phrases out of answers.

Pure functions and values: nothing here reads the database, the network or the clock.
"""
