/** What is sent again, and when: a value, of the request and of what went wrong. */

import { APIError, LimitReached, type MillraceError, Unreachable } from "./errors.js";
import { isReadable, isRepeatable, type Request } from "./request.js";

/** Seconds: of the first wait, of any, and of a Retry-After beyond which the caller is told instead. */
const FIRST = 0.5;
const MOST = 8;
const PATIENCE = 60;

/** What the next try may find gone. */
const PASSING = [502, 503, 504];

/** Seconds to wait before the next try, undefined when there is none. `tries`: those that failed before this one. */
export function delay(request: Request, failure: MillraceError, tries: number, retries: number): number | undefined {
  if (tries >= retries || !helps(request, failure)) return undefined;
  const { retryAfter = backoff(tries) } = failure;
  return retryAfter <= PATIENCE ? retryAfter : undefined;
}

/** Seconds, with full jitter above a floor. */
export function backoff(tries: number): number {
  return Math.min(MOST, FIRST * 2 ** tries) * (0.5 + Math.random() / 2);
}

function helps(request: Request, failure: MillraceError): boolean {
  if (!isReadable(request) || failure.shouldRetry === false) return false;
  if (failure instanceof Unreachable) return isRepeatable(request) || !failure.sent;
  if (failure instanceof LimitReached) return failure.retryAfter !== undefined;
  const passes = failure.shouldRetry === true || PASSING.includes(failure.status ?? 0);
  return failure instanceof APIError && passes && isRepeatable(request);
}
