"""`python -m millrace.machine.setup`: what must be done once before the processes start, and may be done again."""

from millrace.identity.admin import ensure_admin_key
from millrace.migrations.migrate import migrate


def main() -> None:
    """Bring the database forward, and make the first administrator's key."""
    migrate()
    print(f"The admin's API key is in {ensure_admin_key()}")


if __name__ == "__main__":
    main()
