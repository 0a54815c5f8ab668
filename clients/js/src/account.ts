/** Who asks, and what it costs. */

import type { Abortable } from "./jobs.js";
import type { Caller, ModelList, Quota, Tokens, Usage } from "./shapes.js";
import type { Transport } from "./transport.js";

/** What is counted, and how it is cut. */
export interface UsageFilter extends Abortable {
  since?: Date | undefined;
  until?: Date | undefined;
  grain?: "hour" | "day" | "month" | undefined;
  groupBy?: "model" | "api_key" | "endpoint" | "user" | undefined;
}

/** `client.account`. */
export class Account {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whose key this is, and what it may do. */
  async me({ signal }: Abortable = {}): Promise<Caller> {
    return this.#transport.ask("get", "/api/v1/auth/me", { signal });
  }

  /** An access token, which does as `apiKey` for some minutes, and a refresh token. */
  async signIn(email: string, password: string, { signal }: Abortable = {}): Promise<Tokens> {
    return this.#transport.ask("post", "/api/v1/auth/login", { body: { email, password }, signal });
  }

  /** End the session of the access token that is used as key. */
  async signOut({ signal }: Abortable = {}): Promise<void> {
    await this.#transport.ask("post", "/api/v1/auth/logout", { safe: true, signal });
  }

  /** The models that you may ask, what each can do and costs, and how it does now. */
  async models({ signal }: Abortable = {}): Promise<ModelList> {
    return this.#transport.ask("get", "/api/v1/models", { signal });
  }

  /** Of the last 30 days by day, unless told otherwise. */
  async usage({ since, until, grain, groupBy, signal }: UsageFilter = {}): Promise<Usage> {
    const query = { from: seconds(since), to: seconds(until), grain, group_by: groupBy };
    return this.#transport.ask("get", "/api/v1/usage", { query, signal });
  }

  /** Where you stand on every limit. */
  async quota({ signal }: Abortable = {}): Promise<Quota> {
    return this.#transport.ask("get", "/api/v1/quota", { signal });
  }
}

function seconds(moment: Date | undefined): number | undefined {
  return moment && Math.floor(moment.getTime() / 1000);
}
