"""Logs: one line an event, key=value for people or JSON for machines, with the job's id on every line.

Whatever this process writes to its standard error is scrubbed (millrace/scrubbing.py): our lines, those of libraries,
and tracebacks that nobody caught.
"""

import logging
import sys
from typing import Any, TextIO

import structlog

from millrace import production
from millrace.scrubbing import scrubbed
from millrace.settings import settings

#: Our own packages: DEBUG is for these. Libraries tell at that level what they were given.
OURS = ("api", "workers", "tasks", "schedules", "millrace")

#: Libraries that tell too much, or too often, at INFO.
NOISY = ("engineio", "socketio", "werkzeug", "kombu", "amqp", "urllib3", "httpx", "botocore", "boto3", "tornado")


class Scrubbed:
    """A text stream that takes secrets and persons out of what it passes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(scrubbed(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def configure() -> None:
    """Set up logging for this process; libraries that log the old way come out in the same shape."""
    if not isinstance(sys.stderr, Scrubbed):
        sys.stderr = Scrubbed(sys.stderr)
    level = getattr(logging, settings().log_level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if settings().log_format == "text" else "iso"),
    ]
    if settings().log_format == "json":
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=_renderer()))
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for warning in production.warnings(settings()):
        logger(__name__).warning(warning)


def _renderer() -> structlog.typing.Processor:
    if settings().log_format == "json":
        return structlog.processors.JSONRenderer()
    # Plain: the pretty ones show local variables, and with them prompts and keys.
    return structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; bind what all its lines should carry."""
    return structlog.stdlib.get_logger(name)
