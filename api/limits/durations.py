"""Durations as limits tell them: `120ms`, `1s`, `6m0s`, `1h0m0s`."""


def short(milliseconds: int) -> str:
    """Below a second to the millisecond, else to the second, and never too early."""
    if milliseconds < 1000:
        return f"{max(0, milliseconds)}ms"
    minutes, seconds = divmod(-(-milliseconds // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
