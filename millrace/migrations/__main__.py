"""`python -m millrace.migrations`: makes the database where it is missing, and brings it forward."""

from millrace.migrations.migrate import migrate

if __name__ == "__main__":
    migrate()
