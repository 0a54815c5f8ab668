"""Who asks: tenants and API keys."""
