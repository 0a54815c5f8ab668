/** A file's bytes, over as many connections as it takes. */

import { Unreachable } from "./errors.js";
import type { Exchange } from "./exchange.js";
import { pause } from "./pausing.js";
import { backoff } from "./retrying.js";
import type { Transport } from "./transport.js";

/** Its bytes: a connection that breaks is made again where it broke. Rejects where there is no such file. */
export async function download(
  transport: Transport, id: string, signal: AbortSignal | undefined,
): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
  const from = (have: number) => behind(transport, id, have, signal);
  return pieces(await from(0), from, transport.retries, signal);
}

async function* pieces(
  exchange: Exchange, from: (have: number) => Promise<Exchange>, retries: number, signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let have = 0, failures = 0; ; exchange = await from(have)) {
    const before = have;
    try {
      for await (const piece of exchange.pieces()) {
        have += piece.length;
        yield piece;
      }
      return;
    } catch (wrong) {
      failures = have > before ? 1 : failures + 1;
      if (!(wrong instanceof Unreachable) || failures > retries) throw wrong;
    }
    await pause(backoff(failures), signal);
  }
}

async function behind(
  transport: Transport, id: string, have: number, signal: AbortSignal | undefined,
): Promise<Exchange> {
  const headers: Record<string, string> = have ? { Range: `bytes=${have}-` } : {};
  const exchange = await transport.open("get", "/v1/files/{id}/content", { path: { id }, headers, signal });
  if (!have || exchange.status === 206) return exchange;
  exchange.close();
  throw new Unreachable("The connection broke, and what is in between knows no ranges: begin again.");
}
