"""`python -m millrace_client`."""

from millrace_client.command.main import main

main()
