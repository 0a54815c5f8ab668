"""Where one stands on every limit; tiers, rates and blocks for admins."""
