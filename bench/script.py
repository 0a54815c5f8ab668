"""The script that people write: `python -m bench.script PORT LINES ABREAST USER`, OpenAI's client and a semaphore.

Prints the seconds that it took and the CPU seconds of its own, as JSON.
"""

import asyncio
import json
import sys
import time

from openai import AsyncOpenAI


async def _run(port: int, lines: int, abreast: int, user: str) -> float:
    client = AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=2)
    gate = asyncio.Semaphore(abreast)

    async def one(number: int) -> None:
        async with gate:
            asked = [{"role": "user", "content": f"What turns wheel {number}?"}]
            answer = await client.chat.completions.create(model="mock", messages=asked, user=user)  # type: ignore[arg-type]
            assert answer.choices

    begun = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(lines)))
    return time.perf_counter() - begun


if __name__ == "__main__":
    port, lines, abreast, user = sys.argv[1:]
    seconds = asyncio.run(_run(int(port), int(lines), int(abreast), user))
    print(json.dumps({"seconds": seconds, "cpu": time.process_time()}))
