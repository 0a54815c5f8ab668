/** The operations of the OpenAPI document, as types: what the compiler holds every call of this client against. */

import type { paths } from "./api.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: object }> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends Record<M, infer O> ? O : never;

type JsonOf<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : undefined;

type Answers<O> = O extends { responses: infer R } ? R[keyof R] : never;

/** What the good answers of an operation hold; undefined where they have no JSON. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = JsonOf<Answers<Operation<M, P>>>;

/** The JSON that an operation takes. */
export type BodyOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { requestBody: { content: { "application/json": infer Body } } } ? Body : undefined;

type IdsOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { parameters: { path: infer Ids } } ? Ids : undefined;

type QueryOf<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;

type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { [N in Name]?: undefined }
  : { [N in Name]: Value };

/** Jobs are found by their metadata, whose names no document can list. */
type Filters = { [name: `metadata[${string}]`]: string };

type Extra<Given, Known> = { [Name in Exclude<keyof Given, keyof Known>]?: never };

/** Nothing that the operation does not know: on its own the compiler looks for that only where an object is written. */
export type Exactly<M extends Method, P extends PathOf<M>, C extends Call<M, P>> = C & {
  query?: Extra<C["query"], QueryOf<M, P> & Filters>;
  body?: Extra<C["body"], BodyOf<M, P>>;
};

/** What a call of an operation says. `safe`: sent twice it does the same as once. */
export type Call<M extends Method, P extends PathOf<M>> = Part<"path", IdsOf<M, P>> &
  Part<"body", BodyOf<M, P>> & {
    query?: { [Name in keyof QueryOf<M, P>]?: QueryOf<M, P>[Name] | undefined } & Filters;
    headers?: Record<string, string>;
    safe?: boolean;
    signal?: AbortSignal | undefined;
  };
