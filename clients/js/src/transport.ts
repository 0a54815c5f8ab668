/** From a request to its answer: sending, trying again, and errors. */

import { MillraceError } from "./errors.js";
import { Exchange, type Fetch } from "./exchange.js";
import type { AnswerOf, Call, Exactly, Method, PathOf } from "./operations.js";
import { pause } from "./pausing.js";
import { ofAnswer } from "./refusal.js";
import { filled, queryString, type Request } from "./request.js";
import { delay } from "./retrying.js";

/** Where `make run` listens. */
const HERE = "http://localhost:8000";

/** Seconds between two bytes of an answer: longer than a call that is waited for. */
const READ = 75;

/** Seconds of a stream, in which the server says every ten that it still lives. */
export const SILENCE = 30;

/** Who calls which platform, and how. */
export interface Options {
  /** The API key or access token, or what gives the present one. Default: `MILLRACE_API_KEY` of the environment. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Default: `MILLRACE_URL` of the environment, or `http://localhost:8000`. */
  baseUrl?: string | undefined;
  /** How often a request is sent again, where that is safe. Default: 4. */
  retries?: number | undefined;
  /** In place of the global `fetch`: for proxies, certificates, tests. */
  fetch?: Fetch | undefined;
}

const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};

/** One server, one key. */
export class Transport {
  readonly address: string;
  readonly retries: number;
  readonly #key: Options["apiKey"];
  readonly #fetch: Fetch;

  constructor({ apiKey, baseUrl, retries = 4, fetch }: Options) {
    this.address = checked((baseUrl ?? environment["MILLRACE_URL"] ?? HERE).replace(/\/+$/, ""));
    this.#key = apiKey ?? environment["MILLRACE_API_KEY"];
    this.retries = retries;
    // A browser's fetch refuses to be called as a method of something else.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** The answer's JSON; undefined where it has no body. */
  async ask<M extends Method, P extends PathOf<M>, C extends Call<M, P>>(
    method: M, path: P, call: Exactly<M, P, C>,
  ): Promise<AnswerOf<M, P>> {
    return (await this.exchange(built(method, path, call))) as AnswerOf<M, P>;
  }

  /** An answer whose body has not been read yet. Close it, or read it to its end. */
  async open<M extends Method, P extends PathOf<M>, C extends Call<M, P>>(
    method: M, path: P, call: Exactly<M, P, C>, silence: number = READ,
  ): Promise<Exchange> {
    return this.#tried(built(method, path, call), silence, async (exchange) => exchange);
  }

  /** The JSON that answers a request of any kind. */
  async exchange(request: Request): Promise<unknown> {
    // How long a form takes to send is nobody's to say.
    const text = await this.#tried(request, request.form ? Infinity : READ, (exchange) => exchange.text());
    try {
      return text === "" ? undefined : JSON.parse(text);
    } catch {
      throw new MillraceError(`What answers at ${this.address} is no Millrace: its answer is not JSON.`);
    }
  }

  /** What is read of an answer, whose connection may break while it is. */
  async #tried<T>(request: Request, silence: number, read: (exchange: Exchange) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await read(await this.#once(request, silence));
      } catch (failure) {
        const known = failure instanceof MillraceError;
        const seconds = known ? delay(request, failure, tries, this.retries) : undefined;
        if (seconds === undefined) throw failure;
        await pause(seconds, request.signal);
      }
    }
  }

  async #once(request: Request, silence: number): Promise<Exchange> {
    const exchange = new Exchange(request.signal, silence);
    const address = this.address + request.path + queryString(request.query);
    await exchange.send(this.#fetch, address, await this.#built(request));
    if (exchange.status >= 200 && exchange.status < 300) return exchange;
    throw ofAnswer(exchange.status, exchange.headers, await exchange.text());
  }

  async #built({ method, headers, body, form }: Request): Promise<RequestInit> {
    const key = typeof this.#key === "function" ? await this.#key() : this.#key;
    const sent = new Headers(key ? { Authorization: `Bearer ${key}` } : {});
    if (body !== undefined) sent.set("Content-Type", "application/json");
    if (form && !(form instanceof FormData)) sent.set("Content-Type", form.type);
    for (const [name, value] of Object.entries(headers ?? {})) sent.set(name, value);
    const text = body === undefined ? null : JSON.stringify(body);
    const payload = form instanceof FormData ? form : (form?.stream ?? text);
    const how = { redirect: "manual", credentials: "omit" } as const;
    // `duplex` is what a stream needs, and what the types of the DOM do not know.
    return { method, headers: sent, body: payload, ...how, duplex: "half" } as RequestInit;
  }
}

function checked(address: string): string {
  if (/^https?:\/\/[^/]/.test(address)) return address;
  throw new MillraceError(`${address} is no address: one begins with http:// or https://.`);
}

function built<M extends Method, P extends PathOf<M>>(method: M, path: P, call: Call<M, P>): Request {
  const { path: ids, ...rest } = call as Omit<Request, "method" | "path"> & { path?: Record<string, unknown> };
  return { ...rest, method: method.toUpperCase(), path: filled(path, ids) };
}
