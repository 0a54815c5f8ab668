"""Accounts, sessions, tenants, members, keys: thin views."""
