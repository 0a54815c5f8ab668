"""Which model answers: chosen by pure functions, and the choice says why. docs/routing.md."""
