/** Batches: quote, run, change, collect. */

import { Deadline, type Waiting } from "./deadline.js";
import { Files } from "./files.js";
import { toStream } from "./flowing.js";
import type { Abortable, Idempotent, Paged } from "./jobs.js";
import { fileOf, type Requests } from "./lines.js";
import { every } from "./pages.js";
import { pause } from "./pausing.js";
import { lines } from "./reading.js";
import { once } from "./request.js";
import type { Batch, BatchLine, BatchList, NewBatch } from "./shapes.js";
import type { Transport } from "./transport.js";
import { LOOK, watch } from "./watching.js";

const BATCHES = "/api/v1/batches";

/** A file's id, a file, or the requests themselves (whole lines, or bodies alone). */
export type Source = string | Blob | Requests;

/** How a batch is run. */
export interface BatchOptions extends Abortable {
  endpoint?: NewBatch["endpoint"] | undefined;
  completionWindow?: NewBatch["completion_window"] | undefined;
  metadata?: Record<string, string> | undefined;
  /** Seconds that its files of answers live. */
  outputExpiresAfter?: number | undefined;
  /** How rows of a CSV become requests. */
  template?: NewBatch["template"] | undefined;
  webhook?: NewBatch["webhook"] | undefined;
}

/** Which of a batch's lines. */
export interface LineFilter extends Abortable {
  lines?: "all" | "succeeded" | "failed" | undefined;
}

type Change = "start" | "cancel" | "pause" | "resume";

/** `client.batches`. */
export class Batches {
  readonly #transport: Transport;
  readonly #files: Files;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#files = new Files(transport);
  }

  /** Run the requests of a file (its id, or the file), or these. */
  async create(source: Source, { idempotencyKey, ...run }: BatchOptions & Idempotent = {}): Promise<Batch> {
    const body = await this.#body(source, run);
    return this.#transport.ask("post", BATCHES, { body, headers: once(idempotencyKey), signal: run.signal });
  }

  /** What it would take: tokens, cost, time, quotas. Nothing runs until `start`. `failed`: see its `errors`. */
  async quote(source: Source, run: BatchOptions = {}): Promise<Batch> {
    const body = await this.#body(source, run);
    let batch: Batch = await this.#transport.ask("post", "/api/v1/batches/quote", { body, signal: run.signal });
    while (batch.status === "quoting") {
      await pause(LOOK, run.signal);
      batch = await this.get(batch.id, run);
    }
    return batch;
  }

  /** Run what was quoted; its window begins now. Safe to repeat. */
  start(id: string, options: Abortable = {}): Promise<Batch> {
    return this.#change("start", id, options);
  }

  /** Its state, counts, rate, and when it should end. */
  async get(id: string, { signal }: Abortable = {}): Promise<Batch> {
    return this.#transport.ask("get", "/api/v1/batches/{id}", { path: { id }, signal });
  }

  /** A page, newest first. */
  async list({ after, limit, signal }: Paged = {}): Promise<BatchList> {
    return this.#transport.ask("get", BATCHES, { query: { after, limit }, signal });
  }

  /** All of them, newest first, read as they are wanted. */
  every(options: Abortable = {}): AsyncGenerator<Batch, void, undefined> {
    return every((after) => this.list({ ...options, after, limit: 100 }));
  }

  /** No further line begins; what is done is kept. Safe to repeat. */
  cancel(id: string, options: Abortable = {}): Promise<Batch> {
    return this.#change("cancel", id, options);
  }

  /** No further line begins until it is resumed. Its window goes on. */
  pause(id: string, options: Abortable = {}): Promise<Batch> {
    return this.#change("pause", id, options);
  }

  /** Its lines go on. */
  resume(id: string, options: Abortable = {}): Promise<Batch> {
    return this.#change("resume", id, options);
  }

  /** A new batch of just the lines that did not succeed, which names this one in `retry_of`. */
  async retryFailed(id: string, { idempotencyKey, signal }: Idempotent = {}): Promise<Batch> {
    const headers = once(idempotencyKey);
    return this.#transport.ask("post", "/api/v1/batches/{id}/retry-failed", { path: { id }, headers, signal });
  }

  /** The batch whenever it has changed, until it is over: by its stream, and by looking where that breaks. */
  async *watch(id: string, waiting: Waiting = {}): AsyncGenerator<Batch, void, undefined> {
    const deadline = new Deadline(waiting, `The batch ${id}`);
    try {
      yield* watch(this.#transport, id, deadline.signal);
    } finally {
      deadline.clear();
    }
  }

  /** The batch once it is over. Throws TimedOut. */
  async wait(id: string, waiting: Waiting = {}): Promise<Batch> {
    let batch = await this.get(id, { signal: waiting.signal });
    for await (const each of this.watch(id, waiting)) batch = each;
    return batch;
  }

  /**
   * What came of each line, in the order of the file; while it runs, of those that have ended by now.
   * Throws Unreachable where the connection breaks: begin again.
   */
  async *results(id: string, { lines: which, signal }: LineFilter = {}): AsyncGenerator<BatchLine, void, undefined> {
    const call = { path: { id }, query: { format: "jsonl", lines: which }, signal } as const;
    for await (const line of lines(await this.#transport.open("get", "/api/v1/batches/{id}/results", call))) {
      yield JSON.parse(line) as BatchLine;
    }
  }

  /** The same as a stream of bytes, also as `csv` or `parquet`. */
  async download(
    id: string, { format, lines: which, signal }: LineFilter & { format?: "jsonl" | "csv" | "parquet" } = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const call = { path: { id }, query: { format, lines: which }, signal };
    return toStream((await this.#transport.open("get", "/api/v1/batches/{id}/results", call)).pieces());
  }

  #change(what: Change, id: string, { signal }: Abortable): Promise<Batch> {
    return this.#transport.ask("post", `/api/v1/batches/{id}/${what}`, { path: { id }, safe: true, signal });
  }

  async #body(source: Source, { endpoint = "/v1/chat/completions", ...run }: BatchOptions): Promise<NewBatch> {
    const { outputExpiresAfter: seconds } = run;
    return {
      input_file_id: await this.#file(source, endpoint, run), endpoint, metadata: run.metadata,
      completion_window: run.completionWindow ?? "24h", template: run.template, webhook: run.webhook,
      output_expires_after: seconds === undefined ? undefined : { anchor: "created_at", seconds },
    };
  }

  async #file(source: Source, endpoint: string, { signal }: Abortable): Promise<string> {
    if (typeof source === "string") return source;
    if (source instanceof Blob) return (await this.#files.upload(source, { signal })).id;
    const made = await fileOf(source, endpoint);
    return (await this.#files.upload(made, { filename: "requests.jsonl", signal })).id;
  }
}
