/** What answers hold: the JSON as it came. Times are Unix seconds, money is a decimal string of US dollars. */

import type { components } from "./api.js";

type Schemas = components["schemas"];

/** A job. `result` is there where it was waited for. */
export type Job = Schemas["JobWithResult"];
export type JobList = Schemas["JobList"];
export type NewJob = Schemas["NewJob"];

export type FileInfo = Schemas["FileInfo"];
export type FileList = Schemas["FileList"];
export type FileDeleted = Schemas["FileDeleted"];

export type Batch = Schemas["BatchInfo"];
export type BatchList = Schemas["BatchList"];
export type NewBatch = Schemas["NewBatch"];
/** How a row of a CSV becomes a request: `{{ column }}` stands for its cell. */
export type Template = Schemas["Template"];

export type Key = Schemas["KeyInfo"];
/** A key that was just made: `api_key` is shown this once. */
export type KeyWithSecret = Schemas["KeyWithSecret"];
export type KeyList = Schemas["KeyList"];
export type NewKey = Schemas["NewKey"];

export type Schedule = Schemas["ScheduleInfo"];
export type ScheduleList = Schemas["ScheduleList"];
export type NewSchedule = Schemas["NewSchedule"];
export type ScheduleChange = Schemas["ScheduleChange"];
/** A window, and what became of it: `job_id` or `batch_id`, and in `result_status` how that is now. */
export type Run = Schemas["RunInfo"];
export type RunList = Schemas["RunList"];

export type Caller = Schemas["Me"];
export type Tokens = Schemas["Tokens"];
export type Model = Schemas["ModelInfo"];
export type ModelList = Schemas["ModelList"];
export type Usage = Schemas["Usage"];
export type Quota = Schemas["QuotaStanding"];

export type Endpoint = Schemas["EndpointInfo"];
/** An endpoint that was just made, with its secret. */
export type EndpointWithSecret = Schemas["EndpointWithSecret"];
export type EndpointList = Schemas["EndpointList"];
export type EndpointChange = Schemas["EndpointChange"];
export type EventType = NonNullable<Schemas["NewEndpoint"]["events"]>[number];
export type Delivery = Schemas["DeliveryInfo"];
export type DeliveryList = Schemas["DeliveryList"];

/** What comes of a line: `response` holds `status_code`, `request_id` and `body`, or `error` a code and a message. */
export interface BatchLine {
  id: string;
  custom_id: string;
  // OpenAI's shapes, which the model behind may add to.
  response: { status_code: number; request_id: string; body: Answer } | null;
  error: { code: string; message: string } | null;
}

/** An answer in OpenAI's shape. */
export type Answer = Record<string, any>;
