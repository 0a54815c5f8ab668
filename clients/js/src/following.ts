/** The events of a job, from any moment on, over as many connections as it takes. */

import { Unreachable } from "./errors.js";
import { pause } from "./pausing.js";
import { frames } from "./reading.js";
import { backoff } from "./retrying.js";
import { type Event, isEnd } from "./transcript.js";
import { SILENCE, type Transport } from "./transport.js";

const EVENTS = "/api/v1/jobs/{id}/events";

/** Each event once, in order, until the last. A connection that breaks is made again, behind the last event. */
export async function* follow(
  transport: Transport, id: string, after: number, signal: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  for (let fruitless = 0; ; fruitless++) {
    for await (const event of connection(transport, id, after, signal)) {
      after = event.seq;
      fruitless = 0;
      yield event;
      if (isEnd(event.type)) return;
    }
    if (after && (await isOver(transport, id, after, signal))) return;
    await pause(backoff(fruitless), signal);
  }
}

/** What one connection brings, however it ends. Throws Unreachable where it cannot be made. */
async function* connection(
  transport: Transport, id: string, after: number, signal: AbortSignal,
): AsyncGenerator<Event, void, undefined> {
  const headers = { Accept: "text/event-stream", ...(after ? { "Last-Event-ID": String(after) } : {}) };
  const exchange = await transport.open("get", EVENTS, { path: { id }, headers, signal }, SILENCE);
  try {
    for await (const { id: seq, event: type, data } of frames(exchange)) {
      if (Number(seq) > after) yield { seq: Number(seq), type, data: JSON.parse(data) };
    }
  } catch (wrong) {
    if (!(wrong instanceof Unreachable)) throw wrong;
  }
}

/** Whether there is nothing behind the last event: the stream was empty because it was read already. */
async function isOver(transport: Transport, id: string, after: number, signal: AbortSignal): Promise<boolean> {
  const headers = { Accept: "application/json" };
  const found = await transport.ask("get", EVENTS, { path: { id }, query: { after }, headers, signal });
  return found !== undefined && found.ended && found.data.length === 0;
}
