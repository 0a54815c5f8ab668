"""What work costs: estimates, quotas, prices, entries, usage, and whether the books balance."""
