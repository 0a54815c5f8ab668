/** The form that a file is sent in. */

import { fromStream, toStream } from "./flowing.js";
import { newKey, type Form } from "./request.js";

/** A `Blob` or `File`, or a stream of bytes. */
export type Content = Blob | ReadableStream<Uint8Array>;

/** Only Node sends a stream as it comes: browsers would need HTTP/2 for it, and so gather it first. */
const STREAMS = "node" in ((globalThis as { process?: { versions?: object } }).process?.versions ?? {});

/** A form of these fields and one file. */
export async function formOf(content: Content, fields: Record<string, string>, filename: string): Promise<Form> {
  if (content instanceof Blob) return gathered(content, fields, filename);
  return STREAMS ? streamed(content, fields, filename) : gathered(await new Response(content).blob(), fields, filename);
}

function gathered(content: Blob, fields: Record<string, string>, filename: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", content, filename);
  return form;
}

function streamed(content: ReadableStream<Uint8Array>, fields: Record<string, string>, filename: string): Form {
  const boundary = `millrace-${newKey()}`;
  const stream = toStream(parts(boundary, content, fields, filename));
  return { type: `multipart/form-data; boundary=${boundary}`, stream };
}

async function* parts(
  boundary: string, content: ReadableStream<Uint8Array>, fields: Record<string, string>, filename: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  const head = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  for (const [name, value] of Object.entries(fields)) {
    yield encoder.encode(`${head(`name="${name}"`)}\r\n${value}\r\n`);
  }
  const file = head(`name="file"; filename="${escaped(filename)}"`);
  yield encoder.encode(`${file}Content-Type: application/octet-stream\r\n\r\n`);
  yield* fromStream(content);
  yield encoder.encode(`\r\n--${boundary}--\r\n`);
}

/** As the HTML standard has it. */
function escaped(filename: string): string {
  return filename.replace(/["\r\n]/g, (each) => encodeURIComponent(each));
}
