/** API keys. */

import type { Abortable, Paged } from "./jobs.js";
import { every } from "./pages.js";
import type { Key, KeyList, KeyWithSecret, NewKey } from "./shapes.js";
import type { Transport } from "./transport.js";

const KEYS = "/api/v1/keys";

/** What a key may do. What is left out is as much as you may give. */
export interface KeyLimits extends Abortable {
  scopes?: NewKey["scopes"] | undefined;
  models?: string[] | undefined;
  expiresInDays?: number | undefined;
  requestsPerHour?: number | undefined;
  budgetUsd?: string | undefined;
}

/** `client.keys`. */
export class Keys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A key, for the only time with `api_key`. */
  async create(name: string, { signal, ...limits }: KeyLimits = {}): Promise<KeyWithSecret> {
    const { scopes, models, expiresInDays, requestsPerHour, budgetUsd } = limits;
    const body = {
      name, scopes, models, expires_in_days: expiresInDays, requests_per_hour: requestsPerHour, budget_usd: budgetUsd,
    };
    return this.#transport.ask("post", KEYS, { body, signal });
  }

  /** What it may do, and when it was last used. */
  async get(id: string, { signal }: Abortable = {}): Promise<Key> {
    return this.#transport.ask("get", "/api/v1/keys/{id}", { path: { id }, signal });
  }

  /** A page, newest first. */
  async list({ after, limit, signal }: Paged = {}): Promise<KeyList> {
    return this.#transport.ask("get", KEYS, { query: { after, limit }, signal });
  }

  /** All of them, newest first, read as they are wanted. */
  every(options: Abortable = {}): AsyncGenerator<Key, void, undefined> {
    return every((after) => this.list({ ...options, after, limit: 100 }));
  }

  /** A new key with the same properties; both work for so long. */
  async rotate(
    id: string, { overlapSeconds, signal }: { overlapSeconds?: number } & Abortable = {},
  ): Promise<KeyWithSecret> {
    const body = { overlap_seconds: overlapSeconds };
    return this.#transport.ask("post", "/api/v1/keys/{id}/rotate", { path: { id }, body, signal });
  }

  /** For ever, within a second. */
  async revoke(id: string, { signal }: Abortable = {}): Promise<void> {
    await this.#transport.ask("delete", "/api/v1/keys/{id}", { path: { id }, signal });
  }
}
