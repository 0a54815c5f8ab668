"""Logs: one line an event, key=value for people or JSON for machines, with the job's id on every line."""

import logging
import sys

import structlog

from millrace.settings import settings


def configure() -> None:
    """Set up logging for this process; libraries that log the old way come out in the same shape."""
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
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("engineio", "socketio", "werkzeug", "kombu", "urllib3"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))


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
