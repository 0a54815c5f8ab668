"""Waiting."""

import asyncio


async def pause(seconds: float) -> None:
    """Do nothing for so long."""
    await asyncio.sleep(seconds)
