/** One tree of errors, from problem details (RFC 9457) and from OpenAI's error shape alike. */

import type { Job } from "./shapes.js";

/** What is known of an error beside its message. */
export interface Details {
  status?: number | undefined;
  code?: string | undefined;
  type?: string | undefined;
  param?: string | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  shouldRetry?: boolean | undefined;
  cause?: unknown;
}

/** Whatever went wrong. `message` says what to do; what is not known is undefined. */
export class MillraceError extends Error {
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** OpenAI's word for the kind of error, or the address of its explanation. */
  readonly type: string | undefined;
  /** The field that is wrong. */
  readonly param: string | undefined;
  /** `x-request-id` of the answer. */
  readonly requestId: string | undefined;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | undefined;
  /** What the server says of asking again. */
  readonly shouldRetry: boolean | undefined;

  constructor(message: string, { cause, ...known }: Details = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.status = known.status;
    this.code = known.code;
    this.type = known.type;
    this.param = known.param;
    this.requestId = known.requestId;
    this.retryAfter = known.retryAfter;
    this.shouldRetry = known.shouldRetry;
  }
}

/** No answer came: the connection was refused, broke, or fell silent. */
export class Unreachable extends MillraceError {
  /** False where the request certainly did not reach the server. */
  readonly sent: boolean;

  constructor(message: string, sent = true, cause?: unknown) {
    super(message, { code: "unreachable", cause });
    this.sent = sent;
  }
}

/** What was waited for did not end in time. It goes on. */
export class TimedOut extends MillraceError {}

/** A job ended without an answer. */
export class JobFailed extends MillraceError {
  readonly job: Job;

  constructor(job: Job) {
    super(job.error?.message ?? `The job ${job.id} is ${job.status}.`, { code: job.error?.code ?? job.status });
    this.job = job;
  }
}

/** A webhook that is not genuine, or too old. */
export class WebhookRefused extends MillraceError {}

/** The server answered with an error. */
export class APIError extends MillraceError {}

/** 400: `param` names the field. */
export class BadRequest extends APIError {}

/** 401: no key, or none that is good. */
export class Unauthorized extends APIError {}

/** 403: this key may not. */
export class Forbidden extends APIError {}

/** 404: not there, or not yours. */
export class NotFound extends APIError {}

/** 409: not in that state. */
export class Conflict extends APIError {}

/** 413: the body, or all that you store. */
export class TooLarge extends APIError {}

/** 422: an idempotency key that came with another request. */
export class Unprocessable extends APIError {}

/** 429: a rate (`rate_limited`), a month's quota (`quota_exceeded`) or a block (`blocked`). */
export class LimitReached extends APIError {}

/** 5xx: the server's fault. */
export class ServerError extends APIError {}
