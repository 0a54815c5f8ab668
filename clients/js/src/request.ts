/** One request, before anybody sends it. */

/** A multipart form: `FormData`, or a stream of one, which can be read a single time. */
export type Form = FormData | { type: string; stream: ReadableStream<Uint8Array> };

/** `safe`: sent twice it does the same as once. */
export interface Request {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  body?: unknown;
  form?: Form;
  headers?: Record<string, string>;
  safe?: boolean;
  signal?: AbortSignal | undefined;
}

const SAFE_METHODS = ["GET", "PUT", "DELETE"];

/** Whether it may be sent again when nobody knows what became of it. */
export function isRepeatable(request: Request): boolean {
  const known = SAFE_METHODS.includes(request.method) || "Idempotency-Key" in (request.headers ?? {});
  return isReadable(request) && (request.safe ?? known);
}

/** Whether it can be sent again at all. */
export function isReadable({ form }: Request): boolean {
  return form === undefined || form instanceof FormData;
}

/** `/jobs/{id}` with its identifiers. */
export function filled(template: string, ids: Record<string, unknown> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(ids[name])));
}

/** `?a=b`, without the fields that are undefined. */
export function queryString(query: Record<string, unknown> = {}): string {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) found.set(name, String(value));
  }
  const text = found.toString();
  return text && `?${text}`;
}

/** The header that makes a retry safe; a new key where the caller has none. */
export function once(key: string = newKey()): Record<string, string> {
  return { "Idempotency-Key": key };
}

/** 128 random bits. Not `randomUUID`, which pages have in secure contexts alone. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
