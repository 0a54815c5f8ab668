"""A lean HTTP/1.1 client for the engines: connections, deadlines, cutting, and what comes over them."""
