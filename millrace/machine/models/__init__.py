"""Models on this machine's disk: made, fetched, checked, listed, removed."""
