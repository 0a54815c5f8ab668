import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { verify, WebhookRefused } from "../dist/index.js";

const [SECRET, OTHER] = ["1", "2"].map((each) => `whsec_${Buffer.from(each.repeat(32)).toString("base64")}`);
const BODY = '{"type": "job.succeeded", "data": {"id": "job_ä"}}';
const NOW = 1_800_000_000;

function sent(secrets, at = NOW) {
  const signature = (secret) =>
    `v1,${createHmac("sha256", Buffer.from(secret.slice(6), "base64")).update(`msg_1.${at}.${BODY}`).digest("base64")}`;
  const signatures = secrets.map(signature).join(" ");
  return { "Webhook-Id": "msg_1", "Webhook-Timestamp": String(at), "Webhook-Signature": signatures };
}

test("the standard's own example is genuine", async () => {
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  assert.deepEqual(await verify('{"test": 2432232314}', headers, secret, { now: 1_614_265_330 }), { test: 2432232314 });
});

test("any signature of any of our secrets will do, in any form of body and headers", async () => {
  for (const signers of [[SECRET], [OTHER, SECRET], [SECRET, OTHER]]) {
    for (const known of [SECRET, [OTHER, SECRET]]) {
      for (const body of [BODY, Buffer.from(BODY), new TextEncoder().encode(BODY).buffer]) {
        assert.equal((await verify(body, sent(signers), known, { now: NOW })).data.id, "job_ä");
        assert.ok(await verify(body, new Headers(sent(signers)), known, { now: NOW }));
      }
    }
  }
});

test("anything else is refused", async () => {
  const good = sent([SECRET]);
  const wrong = [
    [`${BODY} `, good, SECRET],
    [BODY, good, OTHER],
    [BODY, good, []],
    [BODY, good, "whsec_?"],
    [BODY, good, "whsec_"],
    [BODY, { ...good, "Webhook-Id": "msg_2" }, SECRET],
    [BODY, { ...good, "Webhook-Timestamp": String(NOW + 1) }, SECRET],
    [BODY, { ...good, "Webhook-Timestamp": "soon" }, SECRET],
    [BODY, { ...good, "Webhook-Signature": "v1a,ä v1, ," }, SECRET],
    [BODY, { ...good, "Webhook-Signature": good["Webhook-Signature"].replace("v1,", "v2,") }, SECRET],
    [BODY, {}, SECRET],
  ];
  for (const [body, headers, secret] of wrong) {
    const why = JSON.stringify([headers, secret]);
    await assert.rejects(verify(body, headers, secret, { now: NOW }), WebhookRefused, why);
  }
});

test("what is not of late is refused", async () => {
  for (const at of [NOW - 301, NOW + 301]) {
    await assert.rejects(verify(BODY, sent([SECRET], at), SECRET, { now: NOW }), /300 seconds/);
    assert.ok(await verify(BODY, sent([SECRET], at), SECRET, { now: NOW, tolerance: 302 }));
  }
});
