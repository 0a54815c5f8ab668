/** The client. */

import { Account } from "./account.js";
import { Batches } from "./batches.js";
import { Webhooks } from "./endpoints.js";
import { Files } from "./files.js";
import { type Ask, answered, streamed } from "./inference.js";
import { Jobs } from "./jobs.js";
import { Keys } from "./keys.js";
import { Schedules } from "./schedules.js";
import type { Update } from "./transcript.js";
import { type Options, Transport } from "./transport.js";

/** One platform, as one caller. */
export class MillraceClient {
  readonly account: Account;
  readonly batches: Batches;
  readonly files: Files;
  readonly jobs: Jobs;
  readonly keys: Keys;
  readonly schedules: Schedules;
  readonly webhooks: Webhooks;

  constructor(options: Options = {}) {
    const transport = new Transport(options);
    this.account = new Account(transport);
    this.batches = new Batches(transport);
    this.files = new Files(transport);
    this.jobs = new Jobs(transport);
    this.keys = new Keys(transport);
    this.schedules = new Schedules(transport);
    this.webhooks = new Webhooks(transport);
  }

  /** What the model answers. Throws JobFailed, TimedOut. An abort of `signal` cancels the job. */
  inference(ask: Ask): Promise<string> {
    return answered(this.jobs, ask);
  }

  /**
   * The same as it grows: each update's `text` is all so far, right through broken connections and retries, and `new`
   * what came. An abort of `signal` cancels the job, and so does leaving the loop.
   */
  stream(ask: Ask): AsyncGenerator<Update, void, undefined> {
    return streamed(this.jobs, ask);
  }
}
