"""The JavaScript client in a real browser, on pages of other origins: what CORS lets through is enough, and no more."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from millrace_client import Millrace

from tests.integration.clients.cutting import Cutter
from tests.integration.clients.js.pages import served

#: A page's program, with a client of the platform at `url`; what it returns is what it told.
PROGRAM = """async ([url, key, given]) => {{
    const millrace = await import("/dist/index.js");
    const client = new millrace.MillraceClient({{ apiKey: key, baseUrl: url, retries: 2 }});
    {text}
}}"""

In = Callable[..., Any]


@pytest.fixture(scope="module")
def allowed(sdk: Path, page_port: int) -> Iterator[str]:
    """The origin of a page that may call the platform."""
    with served(sdk, page_port) as origin:
        yield origin


@pytest.fixture
def page(browser: Any, key: str) -> Iterator[Callable[..., Any]]:
    """Run a program on a page of an origin, against a platform."""
    opened = []

    def run(origin: str, url: str, text: str, given: Any = None) -> Any:
        made = browser.new_page()
        opened.append(made)
        made.goto(f"{origin}/index.html")
        return made.evaluate(PROGRAM.format(text=text), [url, key, given])

    yield run
    for made in opened:
        made.close()


def test_a_page_of_another_origin_streams(page: In, allowed: str, url: str) -> None:
    assert allowed != url
    told = page(allowed, url, """
        const ask = { model: "demo", prompt: "hello", demo: { tokens: 20, rate: 60 } };
        const pieces = [];
        for await (const update of client.stream(ask)) pieces.push([update.new, performance.now()]);
        return { pieces, whole: await client.inference(ask), origin: location.origin };
    """)  # fmt: skip
    assert told["origin"] == allowed and len(told["pieces"]) > 3
    assert "".join(text for text, _ in told["pieces"]) == told["whole"]
    assert told["pieces"][-1][1] - told["pieces"][0][1] > 100, "it came at once, and not as it grew"


def test_a_stream_that_is_cut_goes_on_in_a_browser(page: In, allowed: str, url: str, client: Millrace) -> None:
    slow = {"model": "demo", "messages": [{"role": "user", "content": "hello"}], "demo": {"tokens": 60, "rate": 60}}
    job = client.jobs.submit(slow)
    with Cutter(int(url.rpartition(":")[2]), after=1500, cuts=2) as proxy:
        events = page(allowed, proxy.url, """
            const events = [];
            for await (const event of client.jobs.events(given)) events.push(event);
            return events;
        """, job["id"])  # fmt: skip
        assert proxy.cut == 2
    seqs = [event["seq"] for event in events]
    assert seqs == sorted(set(seqs)) and events[-1]["type"] == "succeeded"
    text = "".join(event["data"]["text"] for event in events if event["type"] == "delta")
    assert text == client.jobs.result(job["id"])["choices"][0]["message"]["content"]


def test_files_and_batches_of_a_page(page: In, allowed: str, url: str) -> None:
    told = page(allowed, url, """
        const bytes = new Uint8Array(300_000).map((_, number) => number);
        const streamed = new Blob([bytes]).stream();
        const one = await client.files.upload(new File([bytes], "wheel.bin"), { purpose: "user_data" });
        const two = await client.files.upload(streamed, { purpose: "user_data", filename: "two.bin" });
        const same = [];
        for (const { id } of [one, two]) {
          const back = new Uint8Array(await new Response(await client.files.download(id)).arrayBuffer());
          same.push(back.length === bytes.length && back.every((byte, number) => byte === bytes[number]));
        }
        const body = { model: "demo", messages: [{ role: "user", content: "hello" }], demo: { tokens: 4, rate: 0 } };
        const batch = await client.batches.wait((await client.batches.create([body])).id);
        const lines = [];
        for await (const line of client.batches.results(batch.id)) lines.push(line.custom_id);
        return { one, two, same, status: batch.status, lines };
    """)  # fmt: skip
    assert (told["one"]["filename"], told["two"]["filename"]) == ("wheel.bin", "two.bin") and told["same"] == [
        True,
        True,
    ]
    assert told["status"] == "completed" and told["lines"] == ["line-1"]


def test_a_download_that_is_cut_goes_on_in_a_browser(
    page: In, allowed: str, url: str, client: Millrace, tmp_path: Path
) -> None:
    (tmp_path / "up").write_bytes(bytes(range(256)) * 8192)
    file = client.files.upload(tmp_path / "up", purpose="user_data")
    with Cutter(int(url.rpartition(":")[2]), after=500_000, cuts=2) as proxy:
        same = page(allowed, proxy.url, """
            const back = new Uint8Array(await new Response(await client.files.download(given)).arrayBuffer());
            return back.length === 256 * 8192 && back.every((byte, number) => byte === number % 256);
        """, file["id"])  # fmt: skip
        assert proxy.cut == 2
    assert same


def test_a_page_cancels(page: In, allowed: str, url: str, client: Millrace) -> None:
    told = page(allowed, url, """
        const stop = new AbortController();
        const ask = { model: "demo", prompt: "hello", demo: { tokens: 2000, rate: 20 }, signal: stop.signal };
        try {
          for await (const update of client.stream(ask)) stop.abort();
        } catch (wrong) {
          return [wrong.name, (await client.jobs.list({ limit: 1 })).data[0].id];
        }
    """)  # fmt: skip
    assert told[0] == "AbortError" and client.jobs.wait(told[1], timeout=20)["status"] == "cancelled"


def test_a_page_reads_what_errors_and_answers_say_beside_their_bodies(
    page: In, allowed: str, url: str, client: Millrace, tmp_path: Path
) -> None:
    (tmp_path / "ü.txt").write_text("0123456789")
    file = client.files.upload(tmp_path / "ü.txt", purpose="user_data")
    told = page(allowed, url, """
        const headers = { Authorization: `Bearer ${key}`, Range: "bytes=2-4" };
        const part = await fetch(`${url}/v1/files/${given}/content`, { headers });
        const asked = { model: "demo", messages: [{ role: "user", content: "hello" }] };
        const answered = await fetch(`${url}/v1/chat/completions`, {
          method: "POST", body: JSON.stringify(asked),
          headers: {
            ...headers, "Content-Type": "application/json", "Idempotency-Key": "page", "x-millrace-cache": "off",
            "Last-Event-ID": "0", "Prefer": "wait=5",
          },
        });
        const wrong = await client.jobs.get("job_x").catch((wrong) => [wrong.name, wrong.status, wrong.code]);
        const read = (response, ...names) => names.map((name) => response.headers.get(name));
        const beside = read(part, "content-range", "content-disposition", "accept-ranges", "etag");
        return {
          part: [part.status, await part.text(), ...beside],
          answered: [answered.status, ...read(answered, "x-request-id")], wrong,
        };
    """, file["id"])  # fmt: skip
    assert told["part"][:3] == [206, "234", "bytes 2-4/10"] and all(told["part"]), told
    assert told["answered"][0] == 200 and told["answered"][1].startswith("job_"), told
    assert told["wrong"] == ["NotFound", 404, "not_found"]


def test_a_page_of_an_origin_that_nobody_named_gets_nothing(page: In, sdk: Path, url: str, client: Millrace) -> None:
    with served(sdk, 0) as stranger:
        told = page(stranger, url, """
            const body = { model: "demo", messages: [{ role: "user", content: "hello" }] };
            const seen = (name) => { throw { name }; };
            const tried = [
              client.account.models(), client.jobs.submit(body, { metadata: { test: "stranger" } }),
              client.files.upload(new Blob(["x"])),
              fetch(`${url}/healthz`, { mode: "no-cors" }).then((made) => made.text()).then(seen),
            ];
            return Promise.all(tried.map((each) => each.then(() => "came through", (wrong) => wrong.name)));
        """)  # fmt: skip
    assert told == ["Unreachable", "Unreachable", "Unreachable", ""]
    assert list(client.jobs.every(metadata={"test": "stranger"})) == []
