/** Millrace from JavaScript, in Node and in browsers. */

export { MillraceClient } from "./client.js";
export * from "./errors.js";
export { verify } from "./verification.js";

export type { UsageFilter } from "./account.js";
export type { BatchOptions, LineFilter, Source } from "./batches.js";
export type { Waiting } from "./deadline.js";
export type { DeliveryFilter } from "./endpoints.js";
export type { FileFilter, Upload } from "./files.js";
export type { Ask } from "./inference.js";
export type { Abortable, Idempotent, JobFilter, Paged, Submit } from "./jobs.js";
export type { KeyLimits } from "./keys.js";
export type * from "./shapes.js";
export type { Plan } from "./schedules.js";
export type { Event, Update } from "./transcript.js";
export type { Options } from "./transport.js";
export type { Content } from "./uploading.js";
export type { HeadersLike, Strictness, WebhookEvent } from "./verification.js";
