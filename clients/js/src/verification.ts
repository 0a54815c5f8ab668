/** Verification of what Millrace sends, by Standard Webhooks 1.0.0. */

import { WebhookRefused } from "./errors.js";

/** Seconds that a message may be old, or ahead of this clock. */
const TOLERANCE = 300;

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** What was sent. */
export interface WebhookEvent {
  id: string;
  type: string;
  created_at: number;
  data: { id: string; [field: string]: unknown };
}

/** `Headers`, or an object of them as Node has it. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

/** Beside the usual: how old it may be, and what the time is, both in seconds. */
export interface Strictness {
  tolerance?: number;
  now?: number;
}

/**
 * The event in `body`, the bytes or text as they came, before any parsing. Of several secrets any may have signed.
 * Rejects with WebhookRefused. Remember `webhook-id` to drop what comes twice: a delivery is retried under one id.
 */
export async function verify(
  body: string | ArrayBuffer | Uint8Array,
  headers: HeadersLike,
  secret: string | readonly string[],
  { tolerance = TOLERANCE, now = Date.now() / 1000 }: Strictness = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = named(headers, ["webhook-id", "webhook-timestamp", "webhook-signature"]);
  checkTime(timestamp, tolerance, now);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const keys = await Promise.all([secret].flat().map(keyOf));
  if (!(await anyMatches(keys, signatures, signed))) {
    throw new WebhookRefused("No signature is of these secrets: the body was changed, or the secret is another one.");
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
}

function named(headers: HeadersLike, names: [string, string, string]): [string, string, string] {
  const all = headers instanceof Headers ? [...headers] : Object.entries(headers);
  const lower = new Map(all.map(([name, value]) => [name.toLowerCase(), [value].flat().join(" ")]));
  return names.map((name) => {
    const value = lower.get(name);
    if (!value) throw new WebhookRefused(`The header ${name} is missing.`);
    return value;
  }) as [string, string, string];
}

function checkTime(timestamp: string, tolerance: number, now: number): void {
  if (!/^\d+$/.test(timestamp)) throw new WebhookRefused("The header webhook-timestamp is not a time in Unix seconds.");
  if (Math.abs(now - Number(timestamp)) > tolerance) {
    throw new WebhookRefused(`The message is not of the last ${tolerance} seconds: a replay, or a wrong clock.`);
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = decoded(secret.replace(/^whsec_/, ""));
  if (!bytes?.length) throw new WebhookRefused("That is no secret: `whsec_` and base64.");
  return crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["verify"]);
}

/** Every pair is compared, in constant time: Web Crypto's `verify` does that. */
async function anyMatches(keys: CryptoKey[], signatures: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const given = signatures.split(" ").filter((each) => each.startsWith("v1,")).map((each) => decoded(each.slice(3)));
  const pairs = keys.flatMap((key) => given.map((one) => one && crypto.subtle.verify(ALGORITHM, key, one, signed)));
  return (await Promise.all(pairs)).includes(true);
}

/** What base64 stands for; undefined where it is none. */
function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4) return undefined;
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
