"""The local engine: a GGUF file, run by llama.cpp in a process of ours."""
