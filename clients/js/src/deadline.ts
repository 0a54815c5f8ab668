/** How long a caller waits. */

import { TimedOut } from "./errors.js";

/** When to stop waiting: on `signal`, whose reason is then thrown, or after `timeoutMs`, with a `TimedOut`. */
export interface Waiting {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

/** One signal of both. `clear` it when the waiting is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop = () => this.#controller.abort(this.#outer?.reason);

  constructor({ signal, timeoutMs }: Waiting, what: string) {
    this.#outer = signal;
    const late = new TimedOut(`${what} has not ended in time. It goes on.`, { code: "timeout" });
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#controller.abort(late), timeoutMs);
    if (signal?.aborted) this.#stop();
    else signal?.addEventListener("abort", this.#stop, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#stop);
  }
}
