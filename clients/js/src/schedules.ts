/** Jobs and batches that are asked for again and again. */

import type { Abortable, Paged } from "./jobs.js";
import { every } from "./pages.js";
import type { NewSchedule, Run, RunList, Schedule, ScheduleChange, ScheduleList } from "./shapes.js";
import type { Transport } from "./transport.js";

const SCHEDULES = "/api/v1/schedules";
const SCHEDULE = "/api/v1/schedules/{id}";

/** When: `cron` in a `zone`, or `everySeconds`. What: a `job` or a `batch`, as the API takes it. */
export interface Plan {
  cron?: string | undefined;
  zone?: string | undefined;
  everySeconds?: number | undefined;
  job?: NewSchedule["job"] | undefined;
  batch?: NewSchedule["batch"] | undefined;
  missed?: NewSchedule["missed"] | undefined;
  overlap?: NewSchedule["overlap"] | undefined;
}

/** `client.schedules`. */
export class Schedules {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A schedule; its first window is the next one. */
  async create(name: string, { signal, everySeconds, ...plan }: Plan & Abortable): Promise<Schedule> {
    const body: NewSchedule = { name, every_seconds: everySeconds, ...plan };
    return this.#transport.ask("post", SCHEDULES, { body, signal });
  }

  /** Those fields of `create` that are to be others. */
  async change(
    id: string, { signal, everySeconds, ...plan }: { name?: string } & Plan & Abortable,
  ): Promise<Schedule> {
    const body: ScheduleChange = { every_seconds: everySeconds, ...plan };
    return this.#transport.ask("patch", SCHEDULE, { path: { id }, body, safe: true, signal });
  }

  /** What it asks for, and when next. */
  async get(id: string, { signal }: Abortable = {}): Promise<Schedule> {
    return this.#transport.ask("get", SCHEDULE, { path: { id }, signal });
  }

  /** A page, newest first. */
  async list({ after, limit, signal }: Paged = {}): Promise<ScheduleList> {
    return this.#transport.ask("get", SCHEDULES, { query: { after, limit }, signal });
  }

  /** All of them, newest first, read as they are wanted. */
  every(options: Abortable = {}): AsyncGenerator<Schedule, void, undefined> {
    return every((after) => this.list({ ...options, after, limit: 100 }));
  }

  /** What falls into the pause does not run later either. */
  async pause(id: string, { signal }: Abortable = {}): Promise<Schedule> {
    return this.#transport.ask("post", "/api/v1/schedules/{id}/pause", { path: { id }, safe: true, signal });
  }

  /** From its next window on, in your name. */
  async resume(id: string, { signal }: Abortable = {}): Promise<Schedule> {
    return this.#transport.ask("post", "/api/v1/schedules/{id}/resume", { path: { id }, safe: true, signal });
  }

  /** Once, now, also while it is paused. */
  async run(id: string, { signal }: Abortable = {}): Promise<Run> {
    return this.#transport.ask("post", "/api/v1/schedules/{id}/run", { path: { id }, signal });
  }

  /** A page of its history, newest first. */
  async runs(id: string, { after, limit, signal }: Paged = {}): Promise<RunList> {
    return this.#transport.ask("get", "/api/v1/schedules/{id}/runs", { path: { id }, query: { after, limit }, signal });
  }

  /** All of its history, read as it is wanted. */
  everyRun(id: string, options: Abortable = {}): AsyncGenerator<Run, void, undefined> {
    return every((after) => this.runs(id, { ...options, after, limit: 100 }));
  }

  /** With its history. What it made stays, and goes on. */
  async delete(id: string, { signal }: Abortable = {}): Promise<void> {
    await this.#transport.ask("delete", SCHEDULE, { path: { id }, signal });
  }
}
