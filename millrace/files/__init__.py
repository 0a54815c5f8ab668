"""Files: what tenants upload and batches write, encrypted, each ready as a whole or not there (docs/files.md)."""

from millrace.files.file import PREFIX, By, File, Purpose
from millrace.files.find import delete, find, page
from millrace.files.lines import TooLong, lines
from millrace.files.read import read
from millrace.files.upload import Upload, store

__all__ = ["PREFIX", "By", "File", "Purpose", "TooLong", "Upload", "delete", "find", "lines", "page", "read", "store"]
