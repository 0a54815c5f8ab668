/** Requests, from an iterable to a file of lines. */

type Fields = Record<string, unknown>;

/** Whole lines, or bodies alone. */
export type Requests = Iterable<Fields> | AsyncIterable<Fields>;

/** Characters that are gathered before they become a part of the Blob, which a browser may keep on disk. */
const PART = 1 << 20;

/** A file of lines. Bodies alone are numbered `line-1`, `line-2`... */
export async function fileOf(requests: Requests, endpoint: string): Promise<Blob> {
  const parts: Blob[] = [];
  let [text, number] = ["", 0];
  for await (const request of requests) {
    text += `${JSON.stringify(line(request, ++number, endpoint))}\n`;
    if (text.length >= PART) {
      parts.push(new Blob([text]));
      text = "";
    }
  }
  return new Blob([...parts, text]);
}

/** A line of a batch's file. */
export function line(request: Fields, number: number, endpoint: string): Fields {
  if ("custom_id" in request && "body" in request) return { method: "POST", url: endpoint, ...request };
  return { custom_id: `line-${number}`, method: "POST", url: endpoint, body: request };
}
