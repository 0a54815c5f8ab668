/** One request on its way, from the first byte that is sent to the last that is read. */

import { Unreachable } from "./errors.js";

export type Fetch = typeof globalThis.fetch;

/** What Node says of a connection that was never there. Browsers do not tell. */
const UNSENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/** Throws `Unreachable` when the connection breaks or falls silent, and the caller's reason when that aborts it. */
export class Exchange {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #silence: number;
  readonly #stop = () => this.#controller.abort(this.#caller?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #response: Response | undefined;

  /** `silence`: seconds without a byte after which it is given up. */
  constructor(caller: AbortSignal | undefined, silence: number) {
    this.#caller = caller;
    this.#silence = silence;
    caller?.throwIfAborted();
    caller?.addEventListener("abort", this.#stop, { once: true });
  }

  /** Send it, and wait for the head of the answer. */
  async send(fetch: Fetch, address: string, request: RequestInit): Promise<void> {
    this.#response = await this.#watched(() => fetch(address, { ...request, signal: this.#controller.signal }));
  }

  get status(): number {
    return this.#response?.status ?? 0;
  }

  get headers(): Headers {
    return this.#response?.headers ?? new Headers();
  }

  /** The body, as it comes. */
  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.#response?.body?.getReader();
    try {
      while (reader) {
        const { done, value } = await this.#watched(() => reader.read());
        if (done) return;
        yield value;
      }
    } finally {
      this.close();
    }
  }

  /** The whole body. */
  async text(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const piece of this.pieces()) text += decoder.decode(piece, { stream: true });
    return text + decoder.decode();
  }

  /** Give up what has not been read. */
  close(): void {
    this.#caller?.removeEventListener("abort", this.#stop);
    this.#controller.abort();
  }

  async #watched<T>(step: () => Promise<T>): Promise<T> {
    if (this.#silence < Infinity) this.#timer = setTimeout(() => this.#controller.abort(), this.#silence * 1000);
    try {
      return await step();
    } catch (wrong) {
      const silent = this.#controller.signal.aborted;
      this.close();
      this.#caller?.throwIfAborted();
      throw silent ? new Unreachable(`No answer: not a byte in ${this.#silence} seconds.`) : broken(wrong);
    } finally {
      clearTimeout(this.#timer);
    }
  }
}

function broken(wrong: unknown): Unreachable {
  const cause = wrong instanceof Error ? (wrong.cause as { code?: string; message?: string } | undefined) : undefined;
  const message = cause?.message || cause?.code || String(wrong);
  return new Unreachable(`No answer: ${message}`, !UNSENT.includes(cause?.code ?? ""), wrong);
}
