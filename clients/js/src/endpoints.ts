/** Endpoints of webhooks, and what was sent to them. */

import type { Abortable, Paged } from "./jobs.js";
import { every } from "./pages.js";
import type {
  Delivery, DeliveryList, Endpoint, EndpointChange, EndpointList, EndpointWithSecret, EventType,
} from "./shapes.js";
import type { Transport } from "./transport.js";

const ENDPOINTS = "/api/v1/webhooks/endpoints";
const ENDPOINT = "/api/v1/webhooks/endpoints/{id}";
const DELIVERIES = "/api/v1/webhooks/deliveries";

/** Which deliveries. */
export interface DeliveryFilter extends Abortable {
  endpoint?: string | undefined;
  job?: string | undefined;
  batch?: string | undefined;
  state?: Delivery["state"] | undefined;
}

/** `client.webhooks`. What arrives is verified by `verify`. */
export class Webhooks {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** An endpoint, with the `secret` that signs what is sent to it. `events`: which types; all, by default. */
  async create(
    url: string, { events, description, signal }: { events?: EventType[]; description?: string } & Abortable = {},
  ): Promise<EndpointWithSecret> {
    return this.#transport.ask("post", ENDPOINTS, { body: { url, events, description }, signal });
  }

  /** All of them, newest first. */
  async list({ signal }: Abortable = {}): Promise<EndpointList> {
    return this.#transport.ask("get", ENDPOINTS, { signal });
  }

  /** Where it is, and whether it is enabled. */
  async get(id: string, { signal }: Abortable = {}): Promise<Endpoint> {
    return this.#transport.ask("get", ENDPOINT, { path: { id }, signal });
  }

  /** What is left out stays. `enabled: true` brings one back that was disabled. */
  async change(id: string, change: EndpointChange, { signal }: Abortable = {}): Promise<Endpoint> {
    return this.#transport.ask("patch", ENDPOINT, { path: { id }, body: change, signal });
  }

  /** Nothing is sent to it any more. */
  async delete(id: string, { signal }: Abortable = {}): Promise<void> {
    await this.#transport.ask("delete", ENDPOINT, { path: { id }, signal });
  }

  /** Send it an event of the type `webhook.test`. */
  async test(id: string, { signal }: Abortable = {}): Promise<Delivery> {
    return this.#transport.ask("post", "/api/v1/webhooks/endpoints/{id}/test", { path: { id }, body: {}, signal });
  }

  /** A page of the delivery log, newest first. */
  async deliveries({ signal, ...query }: DeliveryFilter & Paged = {}): Promise<DeliveryList> {
    return this.#transport.ask("get", DELIVERIES, { query, signal });
  }

  /** All of the log, read as it is wanted. */
  everyDelivery(filter: DeliveryFilter = {}): AsyncGenerator<Delivery, void, undefined> {
    return every((after) => this.deliveries({ ...filter, after, limit: 100 }));
  }

  /** Send a delivery again, now, under the same `webhook-id`. */
  async replay(id: string, { signal }: Abortable = {}): Promise<Delivery> {
    return this.#transport.ask("post", "/api/v1/webhooks/deliveries/{id}/replay", { path: { id }, signal });
  }
}
