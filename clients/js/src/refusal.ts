/** From an answer that is an error to the error. */

import * as errors from "./errors.js";

const BY_STATUS: Record<number, typeof errors.APIError> = {
  400: errors.BadRequest,
  401: errors.Unauthorized,
  403: errors.Forbidden,
  404: errors.NotFound,
  409: errors.Conflict,
  413: errors.TooLarge,
  422: errors.Unprocessable,
  429: errors.LimitReached,
};

/** The error that an answer is. `status` is 0 where a browser hides to where it was sent on. */
export function ofAnswer(status: number, headers: Headers, body: string): errors.APIError {
  const said = status < 400 ? { detail: moved(headers) } : read(body);
  const Kind = BY_STATUS[status] ?? (status >= 500 ? errors.ServerError : errors.APIError);
  return new Kind(text(said["detail"]) ?? text(said["message"]) ?? `The server answered ${status}.`, {
    status,
    code: text(said["code"]) ?? text(said["type"]),
    type: text(said["type"]),
    param: text(said["param"]),
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfter: seconds(headers.get("retry-after")),
    shouldRetry: decided(headers.get("x-should-retry")),
  });
}

/** A redirect is not followed: the key would go where nobody meant it to. */
function moved(headers: Headers): string {
  return `The server sends us on to ${headers.get("location") ?? "another address"}: use that one instead.`;
}

function read(body: string): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(body);
    const inner = isObject(found) ? (found["error"] ?? found) : {};
    return isObject(inner) ? inner : { detail: inner };
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Ours is whole seconds; a proxy's date is not waited for. */
function seconds(given: string | null): number | undefined {
  return given !== null && /^\d+$/.test(given) ? Number(given) : undefined;
}

function decided(given: string | null): boolean | undefined {
  return given === "true" ? true : given === "false" ? false : undefined;
}
