"""OpenAI's API: every call is a job on the one path, waited for."""
