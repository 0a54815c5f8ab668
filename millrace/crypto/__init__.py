"""Fields encrypted at rest: AES-256-GCM under data keys, which are wrapped by the master key."""
