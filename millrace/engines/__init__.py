"""What speaks to one kind of backend: one file each, one contract (`engine.py`), one contract suite over all."""
