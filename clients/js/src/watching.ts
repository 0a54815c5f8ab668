/** A batch as it changes. */

import { Unreachable } from "./errors.js";
import { pause } from "./pausing.js";
import { frames } from "./reading.js";
import type { Batch } from "./shapes.js";
import { SILENCE, type Transport } from "./transport.js";

/** The states in which nothing more happens by itself. */
const OVER = ["completed", "failed", "expired", "cancelled", "quoted"];

/** Seconds between two looks, where the stream does not come through. */
export const LOOK = 2;

/** The batch whenever it has changed, until it is over. */
export async function* watch(
  transport: Transport, id: string, signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  let last: Batch | undefined;
  for (;;) {
    for await (const batch of streamed(transport, id, signal)) yield (last = batch);
    if (last && OVER.includes(last.status)) return;
    await pause(LOOK, signal);
    const found: Batch = await transport.ask("get", "/api/v1/batches/{id}", { path: { id }, signal });
    if (JSON.stringify(found) !== JSON.stringify(last)) yield (last = found);
    if (OVER.includes(found.status)) return;
  }
}

async function* streamed(
  transport: Transport, id: string, signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  const call = { path: { id }, headers: { Accept: "text/event-stream" }, signal };
  try {
    const exchange = await transport.open("get", "/api/v1/batches/{id}/events", call, SILENCE);
    for await (const frame of frames(exchange)) yield JSON.parse(frame.data) as Batch;
  } catch (wrong) {
    if (!(wrong instanceof Unreachable)) throw wrong;
  }
}
