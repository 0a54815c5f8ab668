"""Small servers that stand in for backends, over real sockets, with every failure on request."""
