"""`python -m workers flower`: Celery's console, behind a login. The password is the admin's API key unless set."""

from millrace.settings import settings
from workers.app import app


def main() -> None:
    password = settings().flower_password or settings().admin_key_path.read_text().strip()
    app.start(
        [
            "flower",
            f"--port={settings().flower_port}",
            f"--address={settings().flower_host}",
            f"--basic-auth={settings().flower_user}:{password}",
            "--persistent=False",
            "--logging=WARNING",
        ]
    )
