import assert from "node:assert/strict";
import { test } from "node:test";
import * as errors from "../dist/errors.js";
import { MillraceClient } from "../dist/index.js";
import { ofAnswer } from "../dist/refusal.js";
import { backoff, delay } from "../dist/retrying.js";

const GET = { method: "GET", path: "/" };
const POST = { method: "POST", path: "/" };
const ONCE = { ...POST, headers: { "Idempotency-Key": "k" } };
const SAFE = { ...POST, safe: true };
const STREAM = { ...POST, form: { type: "x", stream: new ReadableStream() }, safe: true };

const answer = (status, headers = {}) => ofAnswer(status, new Headers(headers), "{}");
const lost = new errors.Unreachable("lost");
const refused = new errors.Unreachable("refused", false);

test("what is sent again, as a table", () => {
  const table = [
    [[GET, ONCE, SAFE], lost, true],
    [[POST, STREAM], lost, false],
    [[GET, POST, ONCE, SAFE], refused, true],
    [[STREAM], refused, false],
    [[GET, ONCE, SAFE], answer(503), true],
    [[POST], answer(503), false],
    [[GET, ONCE], answer(500), false],
    [[GET, ONCE], answer(400), false],
    [[GET, ONCE], answer(503, { "x-should-retry": "false" }), false],
    [[GET, ONCE], answer(409, { "x-should-retry": "true" }), true],
    [[POST], answer(409, { "x-should-retry": "true" }), false],
    [[GET], answer(429), false],
    [[GET, POST], answer(429, { "retry-after": "3" }), true],
    [[GET, POST], answer(429, { "retry-after": "3", "x-should-retry": "false" }), false],
    [[GET], answer(429, { "retry-after": "61" }), false],
    [[GET], new errors.JobFailed({ id: "job_1", status: "failed" }), false],
  ];
  for (const [requests, failure, again] of table) {
    for (const request of requests) {
      assert.equal(delay(request, failure, 0, 4) !== undefined, again, `${request.method} ${failure}`);
      assert.equal(delay(request, failure, 4, 4), undefined);
    }
  }
  assert.equal(delay(GET, answer(429, { "retry-after": "3" }), 0, 1), 3);
});

test("waits grow, with jitter, up to a limit", () => {
  for (const [tries, most] of [[0, 0.5], [1, 1], [3, 4], [9, 8]]) {
    const found = Array.from({ length: 50 }, () => backoff(tries));
    assert.ok(found.every((seconds) => seconds >= most / 2 && seconds <= most) && new Set(found).size > 1);
  }
});

/** A client whose server gives these answers, one after the other; what it was asked is in `asked`. */
function scripted(...answers) {
  const asked = [];
  const fetch = async (address, { signal, ...request }) => {
    asked.push({ address, ...request });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return typeof next === "function" ? next(signal) : next;
  };
  return { asked, client: new MillraceClient({ apiKey: "key", baseUrl: "http://test/", fetch }) };
}

const json = (value, init) => new Response(JSON.stringify(value), init);
const busy = () => json({ code: "busy" }, { status: 503, headers: { "retry-after": "0" } });

test("a submit that is tried again is the same submit", async () => {
  const { asked, client } = scripted(busy(), json({ id: "job_1" }));
  assert.equal((await client.jobs.submit({ model: "demo" })).id, "job_1");
  const [first, second] = asked.map(({ headers }) => headers.get("idempotency-key"));
  assert.ok(first && first === second);
});

test("two submits are two", async () => {
  const { asked, client } = scripted(json({}), json({}));
  await client.jobs.submit({});
  await client.jobs.submit({});
  assert.notEqual(...asked.map(({ headers }) => headers.get("idempotency-key")));
});

test("an error says what the server said, in either shape", async () => {
  const unknown = { status: 400, code: "unknown_model", param: "body.model" };
  const problem = { type: "/docs#unknown_model", title: "Unknown model", detail: "No such model.", ...unknown };
  const openai = { error: { message: "Slow down.", type: "insufficient_quota", code: "quota_exceeded", param: null } };
  const { client } = scripted(
    json(problem, { status: 400 }),
    json(openai, { status: 429, headers: { "x-request-id": "job_7", "x-should-retry": "false" } }),
    new Response("<html>", { status: 500 }),
    new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    new Response("<html>"),
  );
  await assert.rejects(client.jobs.get("x"), { name: "BadRequest", ...unknown, message: "No such model." });
  const known = { type: "insufficient_quota", code: "quota_exceeded", requestId: "job_7" };
  await assert.rejects(client.jobs.get("x"), { name: "LimitReached", ...known });
  await assert.rejects(client.jobs.get("x"), { name: "ServerError", message: "The server answered 500." });
  await assert.rejects(client.jobs.get("x"), { name: "APIError", message: /elsewhere/ });
  await assert.rejects(client.jobs.get("x"), { name: "MillraceError", message: /no Millrace/ });
});

test("the key is asked for at each request, and identifiers cannot leave their place", async () => {
  const asked = [];
  let number = 0;
  const fetch = async (address, { headers }) => {
    asked.push([address, headers.get("authorization")]);
    return json({});
  };
  const client = new MillraceClient({ apiKey: async () => `key-${++number}`, baseUrl: "http://test", fetch });
  await client.jobs.get("../keys?a=b");
  await client.jobs.list({ status: "failed", metadata: { "a b": "c&d" } });
  assert.deepEqual(asked, [
    ["http://test/api/v1/jobs/..%2Fkeys%3Fa%3Db", "Bearer key-1"],
    ["http://test/api/v1/jobs?status=failed&metadata%5Ba+b%5D=c%26d", "Bearer key-2"],
  ]);
});

test("an abort ends a wait at once, with the caller's reason", async () => {
  const reason = new Error("enough");
  const patient = () => json({}, { status: 503, headers: { "retry-after": "50" } });
  const silent = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  for (const first of [patient(), silent]) {
    const stop = new AbortController();
    const { asked, client } = scripted(first);
    const getting = assert.rejects(client.jobs.get("x", { signal: stop.signal }), reason);
    while (!asked.length) await new Promise(setImmediate);
    stop.abort(reason);
    await getting;
  }
  const ask = { model: "demo", prompt: "x", signal: AbortSignal.abort(reason) };
  await assert.rejects(scripted().client.inference(ask), reason);
});

test("an address that is none is refused before anything is sent", () => {
  for (const baseUrl of ["localhost:8000", "ftp://test", "https://"]) {
    assert.throws(() => new MillraceClient({ baseUrl }), errors.MillraceError);
  }
});
