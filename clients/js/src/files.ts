/** Files: up from a Blob or a stream, down to a stream. */

import { download } from "./downloading.js";
import { toStream } from "./flowing.js";
import type { Abortable, Paged } from "./jobs.js";
import { every } from "./pages.js";
import type { FileDeleted, FileInfo, FileList } from "./shapes.js";
import type { Transport } from "./transport.js";
import { type Content, formOf } from "./uploading.js";

/** What a file is for, and how long it lives. */
export interface Upload extends Abortable {
  purpose?: "batch" | "user_data" | undefined;
  /** Default: a `File`'s own name. */
  filename?: string | undefined;
  /** Seconds, an hour to thirty days. */
  expiresAfter?: number | undefined;
}

/** Which files. */
export interface FileFilter extends Abortable {
  purpose?: string | undefined;
}

/** `client.files`. */
export class Files {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A file. In Node a stream is sent as it comes, whatever its size; in browsers it is gathered first. */
  async upload(content: Content, how: Upload = {}): Promise<FileInfo> {
    const { purpose = "batch", filename, expiresAfter, signal } = how;
    const life = { "expires_after[anchor]": "created_at", "expires_after[seconds]": String(expiresAfter) };
    const fields = { purpose, ...(expiresAfter === undefined ? {} : life) };
    const form = await formOf(content, fields, filename ?? (content as File).name ?? "file");
    return (await this.#transport.exchange({ method: "POST", path: "/v1/files", form, signal })) as FileInfo;
  }

  /** What it is. */
  async get(id: string, { signal }: Abortable = {}): Promise<FileInfo> {
    return this.#transport.ask("get", "/v1/files/{id}", { path: { id }, signal });
  }

  /** A page, newest first. */
  async list({ purpose, after, limit, signal }: FileFilter & Paged = {}): Promise<FileList> {
    return this.#transport.ask("get", "/v1/files", { query: { purpose, after, limit }, signal });
  }

  /** All of them, newest first, read as they are wanted. */
  every(filter: FileFilter = {}): AsyncGenerator<FileInfo, void, undefined> {
    return every((after) => this.list({ ...filter, after, limit: 1000 }));
  }

  /** At once, and for good. */
  async delete(id: string, { signal }: Abortable = {}): Promise<FileDeleted> {
    return this.#transport.ask("delete", "/v1/files/{id}", { path: { id }, signal });
  }

  /** Its bytes; a connection that breaks is made again where it broke. */
  async download(id: string, { signal }: Abortable = {}): Promise<ReadableStream<Uint8Array>> {
    return toStream(await download(this.#transport, id, signal));
  }
}
