/** The short way: a prompt in, text out. */

import { Deadline, type Waiting } from "./deadline.js";
import { JobFailed } from "./errors.js";
import type { Jobs } from "./jobs.js";
import { newKey } from "./request.js";
import type { Answer, Job } from "./shapes.js";
import { isEnd, type Update } from "./transcript.js";

/** Seconds for which the first request stays on the line; the events bring what takes longer. */
const WAIT = 20;

/** What is asked, and of which model. Whatever else is named goes into the body, such as `temperature`. */
export type Ask = Waiting & Said & { model: string; maxTokens?: number; [field: string]: unknown };

/** What the user says, or messages. */
type Said = { prompt: string; messages?: undefined } | { messages: readonly Message[]; prompt?: undefined };
type Message = Record<string, unknown>;

/** What the model answers. An abort of the signal cancels the job. */
export async function answered(jobs: Jobs, ask: Ask): Promise<string> {
  const idempotencyKey = newKey();
  const { body, signal, timeoutMs } = read(ask);
  const deadline = new Deadline({ signal, timeoutMs }, "The answer");
  try {
    const wait = Math.max(1, Math.min(WAIT, Math.floor((timeoutMs ?? Infinity) / 1000)));
    const job = await jobs.submit(body, { idempotencyKey, wait, signal: deadline.signal });
    return textOf(await result(jobs, job, deadline.signal));
  } catch (wrong) {
    if (signal?.aborted) void abandon(jobs, body, idempotencyKey);
    throw wrong;
  } finally {
    deadline.clear();
  }
}

/** The text as it grows. An abort of the signal cancels the job, and so does leaving the loop. */
export async function* streamed(jobs: Jobs, ask: Ask): AsyncGenerator<Update, void, undefined> {
  const idempotencyKey = newKey();
  const { body, signal, timeoutMs } = read(ask);
  const deadline = new Deadline({ signal, timeoutMs }, "The answer");
  let isLeft = true;
  try {
    const job = await jobs.submit(body, { idempotencyKey, signal: deadline.signal });
    yield* jobs.text(job.id, { signal: deadline.signal });
    isLeft = false;
  } catch (wrong) {
    isLeft = signal?.aborted ?? false;
    throw wrong;
  } finally {
    deadline.clear();
    if (isLeft) void abandon(jobs, body, idempotencyKey);
  }
}

/** The job's answer, once it has ended. */
async function result(jobs: Jobs, submitted: Job, signal: AbortSignal): Promise<Answer> {
  const job = isEnd(submitted.status) ? submitted : await jobs.wait(submitted.id, { signal });
  if (job.status !== "succeeded") throw new JobFailed(job);
  return (job.result as Answer | null | undefined) ?? jobs.result(job.id, { signal });
}

/** Cancel a job whose id may never have arrived: the same submit gives the same job. Nobody waits for it. */
async function abandon(jobs: Jobs, body: Record<string, unknown>, idempotencyKey: string): Promise<void> {
  try {
    await jobs.cancel((await jobs.submit(body, { idempotencyKey })).id);
  } catch {
    // The caller is gone, and the job then ends by itself.
  }
}

function read({ prompt, messages, maxTokens, signal, timeoutMs, ...more }: Ask) {
  signal?.throwIfAborted();
  const said = messages ?? [{ role: "user", content: prompt }];
  return { signal, timeoutMs, body: { messages: said, max_tokens: maxTokens, ...more } };
}

/** What the first choice says. */
function textOf(answer: Answer): string {
  return String(answer["choices"][0]["message"]["content"] ?? "");
}
