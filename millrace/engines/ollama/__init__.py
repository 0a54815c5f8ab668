"""The Ollama engine: OpenAI's shapes to Ollama's own API and back."""
