"""Usage, quotas, prices: thin views."""
