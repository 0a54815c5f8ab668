"""Who may ask how often: tiers, rates, blocks."""
