"""What the tables share."""

from sqlalchemy import MetaData

metadata = MetaData()
