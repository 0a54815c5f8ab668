"""The event log: one log, three transports. Redis holds the replay window, Postgres the truth."""
