/** The body of an answer, as lines and as events. */

import type { Exchange } from "./exchange.js";
import { type Frame, Frames, Lines } from "./sse.js";

/** Without their ends. Only a line feed ends one. */
export async function* lines(exchange: Exchange): AsyncGenerator<string, void, undefined> {
  const splitter = new Lines();
  for await (const piece of exchange.pieces()) yield* splitter.take(piece);
}

/** Server-sent events, until the stream ends. */
export async function* frames(exchange: Exchange): AsyncGenerator<Frame, void, undefined> {
  const parser = new Frames();
  for await (const line of lines(exchange)) {
    const frame = parser.take(line);
    if (frame) yield frame;
  }
}
