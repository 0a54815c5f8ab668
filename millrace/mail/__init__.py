"""Mail: written into a table in the transaction that causes it, sent by the sweep."""
