"""The door: HTTP and Socket.IO. Parse, authorise, call the domain, answer. No decisions."""
