"""A comparison as a picture: SVG by hand, self-contained, for light and dark."""

from millrace.comparisons.picture.drawing import draw

__all__ = ["draw"]
