"""The tables, a file per concept, for queries that are composed; the hot ones are functions of the database."""

from sqlalchemy import MetaData

metadata = MetaData()
