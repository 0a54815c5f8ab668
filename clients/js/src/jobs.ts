/** Jobs: submit, look, watch, wait, cancel, ask again. */

import { Deadline, type Waiting } from "./deadline.js";
import { JobFailed } from "./errors.js";
import { follow } from "./following.js";
import { every } from "./pages.js";
import { once } from "./request.js";
import type { Answer, Job, JobList, NewJob } from "./shapes.js";
import { type Event, isEnd, Transcript, type Update } from "./transcript.js";
import type { Transport } from "./transport.js";

const JOBS = "/api/v1/jobs";

/** What any call may be given. */
export interface Abortable {
  signal?: AbortSignal | undefined;
}

/** What makes a submit safe to repeat: without one, the client makes one up for its own retries. */
export interface Idempotent extends Abortable {
  idempotencyKey?: string | undefined;
}

/** How a job is run. */
export interface Submit extends Idempotent {
  endpoint?: NewJob["endpoint"] | undefined;
  class?: NewJob["class"] | undefined;
  deadline?: Date | undefined;
  runAfter?: Date | undefined;
  maxAttempts?: number | undefined;
  metadata?: Record<string, string> | undefined;
  webhook?: NewJob["webhook"] | undefined;
  /** Seconds (60 at most) for which the answer may take until the job has ended; it then holds `result`. */
  wait?: number | undefined;
}

/** Which jobs. */
export interface JobFilter extends Abortable {
  status?: Job["status"] | undefined;
  model?: string | undefined;
  metadata?: Record<string, string> | undefined;
  /** Its lines, in the order of its file; without it, no batch's. */
  batch?: string | undefined;
}

/** Which page: behind `after`, the `last_id` of the page before. */
export interface Paged extends Abortable {
  after?: string | undefined;
  limit?: number | undefined;
}

/** `client.jobs`. */
export class Jobs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A job with `body`, a request in OpenAI's shape. Accepted means durable; sent twice, it is one job. */
  async submit(body: Record<string, unknown>, how: Submit = {}): Promise<Job> {
    const headers = { ...once(how.idempotencyKey), ...(how.wait ? { Prefer: `wait=${how.wait}` } : {}) };
    return this.#transport.ask("post", JOBS, { body: fields(body, how), headers, signal: how.signal });
  }

  /** Its state; while it waits, its position and when it should start. */
  async get(id: string, { signal }: Abortable = {}): Promise<Job> {
    return this.#transport.ask("get", "/api/v1/jobs/{id}", { path: { id }, signal });
  }

  /** A page, newest first. */
  async list({ after, limit, signal, ...filter }: JobFilter & Paged = {}): Promise<JobList> {
    return this.#transport.ask("get", JOBS, { query: { ...filters(filter), after, limit }, signal });
  }

  /** All of them, newest first, read as they are wanted. */
  every(filter: JobFilter = {}): AsyncGenerator<Job, void, undefined> {
    return every((after) => this.list({ ...filter, after, limit: 100 }));
  }

  /** At once while it waits, within a second while it runs. Safe to repeat. */
  async cancel(id: string, { signal }: Abortable = {}): Promise<Job> {
    return this.#transport.ask("post", "/api/v1/jobs/{id}/cancel", { path: { id }, safe: true, signal });
  }

  /** A new job with the same request, which names this one in `retry_of`. */
  async retry(id: string, { idempotencyKey, signal }: Idempotent = {}): Promise<Job> {
    const headers = once(idempotencyKey);
    return this.#transport.ask("post", "/api/v1/jobs/{id}/retry", { path: { id }, headers, signal });
  }

  /** The answer in OpenAI's shape. Throws Conflict while there is none, or when there will be none. */
  async result(id: string, { signal }: Abortable = {}): Promise<Answer> {
    const found: unknown = await this.#transport.ask("get", "/api/v1/jobs/{id}/result", { path: { id }, signal });
    return found as Answer;
  }

  /** Each event once, until the last, through broken connections. `after`: the `seq` of the last one you have. */
  async *events(
    id: string, { after = 0, ...waiting }: { after?: number } & Waiting = {},
  ): AsyncGenerator<Event, void, undefined> {
    const deadline = new Deadline(waiting, `The job ${id}`);
    try {
      yield* follow(this.#transport, id, after, deadline.signal);
    } finally {
      deadline.clear();
    }
  }

  /** The answer as it grows, from its beginning. Throws JobFailed at an end without an answer, TimedOut. */
  async *text(id: string, waiting: Waiting = {}): AsyncGenerator<Update, void, undefined> {
    const transcript = new Transcript();
    for await (const event of this.events(id, waiting)) {
      const update = transcript.take(event);
      if (update) yield update;
      if (isEnd(event.type) && event.type !== "succeeded") throw new JobFailed(await this.get(id));
    }
  }

  /** The job once it has ended, however it did. Throws TimedOut. */
  async wait(id: string, waiting: Waiting = {}): Promise<Job> {
    for await (const event of this.events(id, waiting)) if (isEnd(event.type)) break;
    return this.get(id, { signal: waiting.signal });
  }
}

function fields(body: Record<string, unknown>, how: Submit): NewJob {
  const { endpoint = "/v1/chat/completions", class: klass, maxAttempts, metadata, webhook } = how;
  return {
    endpoint, body, metadata, webhook, class: klass, max_attempts: maxAttempts,
    deadline: how.deadline?.toISOString(), run_after: how.runAfter?.toISOString(),
  };
}

function filters({ status, model, batch, metadata = {} }: JobFilter) {
  const found = Object.entries(metadata).map(([name, value]) => [`metadata[${name}]`, value] as const);
  return { status, model, batch, ...(Object.fromEntries(found) as Record<`metadata[${string}]`, string>) };
}
