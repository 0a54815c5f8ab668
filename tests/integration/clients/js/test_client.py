"""The JavaScript client in Node, on a live platform: nothing is asked twice, and nothing that is shown is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from millrace_client import Millrace

from millrace.webhooks import signing
from tests.machine import free_port, wait_for
from tests.platform import Platform

SECRET, OTHER = "whsec_MTExMTExMTExMTExMTExMQ==", "whsec_MjIyMjIyMjIyMjIyMjIyMg=="


def test_a_job_from_its_submit_to_its_answer(program: Any, client: Millrace) -> None:
    told = program("""
        const job = await client.jobs.submit(chat(), { metadata: { test: "js-walk" } });
        const ended = await client.jobs.wait(job.id, { timeoutMs: 30_000 });
        const found = await all(client.jobs.every({ metadata: { test: "js-walk" } }));
        const again = await client.jobs.retry(job.id);
        tell({ ended, found, again, then: await client.jobs.wait(again.id), result: await client.jobs.result(job.id) });
    """)
    assert told["ended"]["status"] == told["then"]["status"] == "succeeded" and told["ended"]["usage"]
    assert [each["id"] for each in told["found"]] == [told["ended"]["id"]] == [told["again"]["retry_of"]]
    assert told["result"] == client.jobs.result(told["ended"]["id"])


def test_the_short_way_and_the_streamed_one_say_the_same(program: Any) -> None:
    told = program("""
        const ask = { model: "demo", prompt: "hello", maxTokens: 8, demo: { rate: 0 } };
        tell({ whole: await client.inference(ask), updates: await all(client.stream(ask)) });
    """)
    assert told["whole"] and told["updates"][-1]["text"] == told["whole"]
    assert "".join(update["new"] for update in told["updates"]) == told["whole"]


def test_a_stream_that_is_cut_goes_on_where_it_was(program: Any, client: Millrace) -> None:
    slow = {"model": "demo", "messages": [{"role": "user", "content": "hello"}], "demo": {"tokens": 60, "rate": 60}}
    job = client.jobs.submit(slow)
    reading = """
        const events = await all(client.jobs.events(process.env.JOB));
        tell({ events, updates: await all(client.jobs.text(process.env.JOB)) });
    """
    told = program.cut(1500, 3, reading, JOB=job["id"])
    seqs = [event["seq"] for event in told["events"]]
    assert seqs == sorted(set(seqs)) and told["events"][-1]["type"] == "succeeded"
    deltas = "".join(event["data"]["text"] for event in told["events"] if event["type"] == "delta")
    said = client.jobs.result(job["id"])["choices"][0]["message"]["content"]
    assert deltas == "".join(update["new"] for update in told["updates"]) == said
    behind = program("tell(await all(client.jobs.events(process.env.JOB, { after: Number(process.env.SEQ) })))",
                     JOB=job["id"], SEQ=str(seqs[-3]))  # fmt: skip
    assert [event["seq"] for event in behind] == seqs[-2:]


def test_an_attempt_that_broke_off_leaves_nothing_in_the_text(program: Any) -> None:
    told = program("""
        const demo = { tokens: 20, rate: 100, fail: "mid_stream", fail_after: 10, fail_attempts: 1 };
        const updates = await all(client.stream({ model: "demo", prompt: "hello", demo }));
        const job = (await client.jobs.list({ limit: 1 })).data[0];
        tell({ updates, job, result: await client.jobs.result(job.id) });
    """)
    assert told["job"]["failures"] == 1 and any(update["voided"] for update in told["updates"])
    assert told["updates"][-1]["text"] == told["result"]["choices"][0]["message"]["content"]


def test_a_submit_whose_answer_was_lost_makes_one_job(program: Any, client: Millrace) -> None:
    job = program.cut(0, 2, 'tell(await client.jobs.submit(chat(), { metadata: { test: "js-lost" } }))')
    assert [each["id"] for each in client.jobs.every(metadata={"test": "js-lost"})] == [job["id"]]


def test_files_go_up_whole_and_come_down_through_broken_connections(program: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192
    (tmp_path / "up").write_bytes(content)
    up = """
        import { createReadStream, openAsBlob } from "node:fs";
        import { Readable } from "node:stream";
        const { UP: path } = process.env;
        const blob = await client.files.upload(await openAsBlob(path), { purpose: "user_data", expiresAfter: 3600 });
        const bytes = Readable.toWeb(createReadStream(path));
        const stream = await client.files.upload(bytes, { purpose: "user_data", filename: 'a "b".txt' });
        tell([blob, stream, await client.files.get(stream.id)]);
    """
    blob, stream, found = program(up, UP=str(tmp_path / "up"))
    assert blob["bytes"] == stream["bytes"] == len(content)
    assert (blob["filename"], stream["filename"]) == ("file", 'a "b".txt') and found == stream
    assert blob["expires_at"] - blob["created_at"] == 3600
    down = """
        import { createWriteStream } from "node:fs";
        import { pipeline } from "node:stream/promises";
        await pipeline(await client.files.download(process.env.ID), createWriteStream(process.env.DOWN));
        tell((await client.files.delete(process.env.ID)).deleted);
    """
    for each in (blob, stream):
        assert program.cut(500_000, 2, down, ID=each["id"], DOWN=str(tmp_path / "down"))
        assert (tmp_path / "down").read_bytes() == content
    assert (
        program("await client.files.download(process.env.ID).catch((wrong) => tell(wrong.name))", ID=blob["id"])
        == "NotFound"
    )


def test_a_batch_from_its_quote_to_its_answers(program: Any) -> None:
    told = program("""
        const requests = ["a", "b", "c"].map((text) => chat(text));
        const quoted = await client.batches.quote(requests, { completionWindow: "4h" });
        await client.batches.start(quoted.id);
        const seen = await all(client.batches.watch(quoted.id));
        const lines = await all(client.batches.results(quoted.id));
        const file = await new Response(await client.batches.download(quoted.id, { lines: "succeeded" })).text();
        tell({ quoted, seen, lines, file });
    """)
    assert told["quoted"]["status"] == "quoted" and told["quoted"]["quote"]["models"][0]["requests"] == 3
    assert told["seen"][-1]["status"] == "completed" and told["seen"][-1]["completion_window"] == "4h"
    assert [line["custom_id"] for line in told["lines"]] == ["line-1", "line-2", "line-3"]
    assert all(line["response"]["body"]["choices"] for line in told["lines"])
    assert [json.loads(line) for line in told["file"].splitlines()] == told["lines"]


def test_a_batch_is_watched_through_broken_connections(program: Any, client: Millrace) -> None:
    slow = {"model": "demo", "messages": [{"role": "user", "content": "hello"}], "demo": {"tokens": 20, "rate": 20}}
    batch = client.batches.create([{"custom_id": str(number), "body": slow} for number in range(4)])
    seen = program.cut(600, 2, "tell(await all(client.batches.watch(process.env.ID)))", ID=batch["id"])
    assert seen[-1]["status"] == "completed"
    assert seen[-1]["request_counts"] == {"total": 4, "completed": 4, "failed": 0}


def test_lines_that_failed_are_run_again(program: Any) -> None:
    told = program("""
        async function* requests() {
          yield { custom_id: "good", body: chat() };
          yield { custom_id: "bad", body: chat("x", { fail: "bad_request" }) };
        }
        const made = await client.batches.create(requests(), { metadata: { test: "js" } });
        const batch = await client.batches.wait(made.id, { timeoutMs: 60_000 });
        const failed = await all(client.batches.results(batch.id, { lines: "failed" }));
        const again = await client.batches.retryFailed(batch.id);
        tell({ batch, failed, again, ended: await client.batches.wait(again.id) });
    """)
    assert told["batch"]["request_counts"] == {"total": 2, "completed": 1, "failed": 1}
    assert [line["custom_id"] for line in told["failed"]] == ["bad"]
    assert told["again"]["retry_of"] == told["batch"]["id"] and told["ended"]["request_counts"]["total"] == 1


def test_who_walks_away_cancels(program: Any, client: Millrace) -> None:
    told = program("""
        const slow = { model: "demo", prompt: "hello", demo: { tokens: 2000, rate: 20 } };
        const latest = async () => (await client.jobs.list({ limit: 1 })).data[0];
        const running = async (id) => { while (id !== (await latest())?.id || (await latest()).status !== "running"); };
        const tried = [];

        const stop = new AbortController();
        let text = "";
        try {
          for await (const update of client.stream({ ...slow, signal: stop.signal })) {
            text = update.text;
            stop.abort();
          }
        } catch (wrong) {
          tried.push([wrong.name, text !== "", (await latest()).id]);
        }

        for await (const update of client.stream(slow)) break;
        tried.push(["left", true, (await latest()).id]);

        const before = (await latest()).id;
        const late = new AbortController();
        const asked = client.inference({ ...slow, signal: late.signal }).catch((wrong) => wrong);
        while ((await latest()).id === before || (await latest()).status !== "running");
        late.abort();
        tried.push([(await asked).name, true, (await latest()).id]);
        tell(tried);
    """)
    assert [each[:2] for each in told] == [["AbortError", True], ["left", True], ["AbortError", True]]
    assert len({id for _, _, id in told}) == 3
    for _, _, id in told:
        assert client.jobs.wait(id, timeout=20)["status"] == "cancelled"


def test_a_wait_ends_when_its_time_is_up_and_the_job_goes_on(program: Any, client: Millrace) -> None:
    told = program("""
        const hang = { fail: "hang" };
        const job = await client.jobs.submit(chat("x", hang));
        const timeoutMs = 500;
        const late = await client.jobs.wait(job.id, { timeoutMs }).catch((wrong) => wrong);
        const asked = client.inference({ model: "demo", prompt: "x", demo: hang, timeoutMs });
        const short = await asked.catch((wrong) => wrong);
        const [last] = (await client.jobs.list({ limit: 1 })).data;
        tell([late.name, late.code, short.name, await client.jobs.get(job.id), last]);
    """)
    assert told[:3] == ["TimedOut", "timeout", "TimedOut"]
    for job in told[3:]:
        assert job["status"] in ("queued", "running") and not job["cancel_requested"]
        client.jobs.cancel(job["id"])


def test_errors_say_what_is_wrong(program: Any) -> None:
    told = program(
        """
        const said = [];
        const tried = async (asked) => {
          said.push(await asked.then(() => null, ({ name, status, code, param }) => [name, status, code, param]));
        };
        await tried(client.inference({ model: "nobody", prompt: "hello" }));
        await tried(client.inference({ model: "demo", prompt: "hello", demo: { fail: "bad_request" } }));
        await tried(client.files.get("file_nobody"));
        await tried(new MillraceClient({ apiKey: "wrong" }).account.me());
        await tried(new MillraceClient({ baseUrl: process.env.NOBODY, retries: 1 }).account.me());
        tell(said);
        """,
        NOBODY=f"http://127.0.0.1:{free_port()}",
    )
    assert told[0] == ["BadRequest", 400, "unknown_model", "body.model"]
    assert told[1][0] == "JobFailed" and told[1][2]
    assert told[2][:2] == ["NotFound", 404] and told[3][:2] == ["Unauthorized", 401]
    assert told[4] == ["Unreachable", None, "unreachable", None]


def test_keys_usage_and_limits(program: Any, client: Millrace) -> None:
    client.inference("hello", model="demo", max_tokens=2)
    wait_for(lambda: client.account.usage()["total"]["requests"], 20, "usage")
    told = program("""
        const made = await client.keys.create("short", { scopes: ["jobs:read"], expiresInDays: 1 });
        await client.keys.revoke(made.id);
        const since = new Date(Date.now() - 86_400_000);
        tell({
          made, now: await client.keys.get(made.id), listed: await all(client.keys.every()),
          usage: await client.account.usage({ since, groupBy: "model" }), quota: await client.account.quota(),
          models: await client.account.models(), me: await client.account.me(),
        });
    """)
    assert told["made"]["api_key"] and told["now"]["scopes"] == ["jobs:read"] and told["now"]["revoked_at"]
    assert told["made"]["id"] in {each["id"] for each in told["listed"]}
    assert told["usage"]["total"]["requests"] and told["usage"]["data"][0]["model"]
    assert told["quota"]["tier"] and told["models"]["data"] and told["me"]["key_id"]


def test_what_the_server_signs_is_genuine_here(program: Any) -> None:
    body = '{"type": "job.succeeded", "data": {"id": "job_ä"}}'
    checked = """
        const { BODY: body, HEADERS: headers, SECRET: secret } = process.env;
        const attempt = (text) => verify(text, JSON.parse(headers), secret, { now: 1_800_000_000 });
        tell([await attempt(body), await attempt(body + " ").catch((wrong) => wrong.name)]);
    """
    for secrets in ([SECRET], [OTHER, SECRET]):
        headers = json.dumps(signing.headers("evt_1", 1_800_000_000, body.encode(), secrets))
        told = program(checked, BODY=body, HEADERS=headers, SECRET=SECRET)
        assert told == [json.loads(body), "WebhookRefused"]


@pytest.fixture
def sender(platform: Platform) -> Iterator[None]:
    """A worker of webhooks; those of other tests are counted, so it does not stay."""
    platform.start_process("webhooks-of-javascript")
    yield
    platform.kill("webhooks-of-javascript")


@pytest.mark.usefixtures("sender")
def test_a_webhook_from_its_endpoint_to_its_receiver(program: Any) -> None:
    told = program("""
        import { createServer } from "node:http";
        import { once } from "node:events";
        import { buffer } from "node:stream/consumers";
        const server = createServer().listen(0, "127.0.0.1");
        await once(server, "listening");
        const here = `http://127.0.0.1:${server.address().port}/`;
        const made = await client.webhooks.create(here, { events: ["job.failed"] });
        const receive = async () => {
          const [request, response] = await once(server, "request");
          const event = await verify(await buffer(request), request.headers, made.secret);
          response.writeHead(204).end();
          return [request.headers["webhook-id"], event];
        };
        const [[id, event], tested] = await Promise.all([receive(), client.webhooks.test(made.id)]);
        let logged = tested;
        while (logged.state !== "delivered") {
          logged = (await client.webhooks.deliveries({ endpoint: made.id })).data[0];
        }
        const [[again]] = await Promise.all([receive(), client.webhooks.replay(logged.id)]);
        const changed = await client.webhooks.change(made.id, { enabled: false });
        await client.webhooks.delete(made.id);
        server.close().closeAllConnections();
        tell({ id, event, again, logged, changed, left: (await client.webhooks.list()).data });
    """)
    assert told["event"]["type"] == "webhook.test" and told["event"]["data"]["id"] == told["changed"]["id"]
    assert told["id"] == told["again"] == told["event"]["id"]
    assert told["changed"]["enabled"] is False and told["left"] == []


def test_a_schedule_and_its_runs(program: Any) -> None:
    told = program("""
        const job = { endpoint: "/v1/chat/completions", body: chat() };
        const made = await client.schedules.create("js", { cron: "0 3 * * *", zone: "Europe/Vienna", job });
        const paused = await client.schedules.pause(made.id);
        const run = await client.schedules.run(made.id);
        let [last] = (await client.schedules.runs(made.id)).data;
        while (!last?.job_id) [last] = (await client.schedules.runs(made.id)).data;
        const ended = await client.jobs.wait(last.job_id);
        const changed = await client.schedules.change(made.id, { cron: "30 4 * * *", overlap: "skip" });
        const runs = await all(client.schedules.everyRun(made.id));
        await client.schedules.delete(made.id);
        tell({ made, paused, run, ended, changed, runs, left: await all(client.schedules.every()) });
    """)
    assert told["made"]["zone"] == "Europe/Vienna" and told["paused"]["paused"] is True
    assert [each["id"] for each in told["runs"]] == [told["run"]["id"]] and told["ended"]["status"] == "succeeded"
    assert told["changed"]["cron"] == "30 4 * * *" and told["left"] == []
