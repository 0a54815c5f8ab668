// Made by types.js of the server's OpenAPI document: change that, then `make types`.

export interface paths {
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Opens a session. Wrong guesses are counted, by address and by account, and too many are blocked for a while.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SignIn"];
                };
            };
            responses: {
                /** @description An access token, and what to get the next one with. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tokens"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description Ends the session that asks; its tokens are good for nothing within a second.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The session is over. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I?
         * @description The user or the API key that asks, its tenant, and what it may do there.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Who asks, and what they may do. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List batches
         * @description Newest first.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of batches. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Run a batch
         * @description The file is validated whole, then its quotas are reserved at once, then every line is a job of its own.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request give the same batch. 255 characters at most. */
                    "Idempotency-Key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBatch"];
                };
            };
            responses: {
                /** @description A batch. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/quote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Quote a batch
         * @description Tokens, cost by model, time, what the quotas leave. Nothing is reserved, nothing runs: `start` it within a day.
         *
         *     202 when the file takes longer to read: look at it again. `failed`: the file has errors, which it lists.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewBatch"];
                };
            };
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
                /** @description A batch. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a batch
         * @description Its state, counts, rate and when it is expected to end; and a quote.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a batch
         * @description No further line begins; those that run are cut short; what is done is kept. Safe to repeat.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a batch
         * @description A stream of server-sent events: `progress` with the batch whenever it has changed, and last `ended`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                        "text/event-stream": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a batch
         * @description No further line begins until it is resumed. Its window goes on.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The answers of a batch
         * @description While it runs: those that have ended by now. `output_file_id` has them for good, at the end.
         */
        get: {
            parameters: {
                query?: {
                    format?: "jsonl" | "csv" | "parquet";
                    lines?: "succeeded" | "failed" | "all";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A line for each request that has ended, in the order of the file. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a batch
         * @description Its lines go on.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/retry-failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run failed lines again
         * @description A new batch of just the lines that failed, expired or were cancelled, which names this one in `retry_of`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request give the same batch. 255 characters at most. */
                    "Idempotency-Key"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a quoted batch
         * @description What was quoted is run; its window begins now. Safe to repeat.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A batch. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BatchInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Newest first. Narrow by `status`, `model` and `metadata[key]=value`. The lines of a batch only with `batch`.
         */
        get: {
            parameters: {
                query?: {
                    status?: ("queued" | "running" | "succeeded" | "failed" | "cancelled" | "expired") | null;
                    model?: string | null;
                    /** @description Its lines, in the order of its file; else no batch's. */
                    batch?: string | null;
                    after?: string | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, newest first. `after` of the next one is `last_id`. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Submit a job
         * @description Accepted means durable: the job survives the death of any process. `Location` says where it is.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request give the same job, for at least 24 hours. 255 characters at most. */
                    "Idempotency-Key"?: string;
                    /** @description `on`: an answer that was given before will do. `refresh`: ask anew, and keep it. `off`: neither. `semantic`: the answer to a question of the same meaning will do, too. Without it, embeddings and what is asked at temperature 0 are cached. The answer says `hit`, `semantic` or `miss`. */
                    "x-millrace-cache"?: string;
                    /** @description `loops=off`: an answer that repeats itself goes on to its limit. `stock=trim`: stock phrases go from its ends. Both, by a comma; it wins over the body's field `guard`, and that over the tenant's policy. */
                    "x-millrace-guard"?: string;
                    /** @description `wait=n`: answer when the job is done, if it is within n seconds (60 at most). */
                    Prefer?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewJob"];
                };
            };
            responses: {
                /** @description A job that was waited for: with `result`, the answer in OpenAI's shape, when it is there. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobWithResult"];
                    };
                };
                /** @description A job. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a job
         * @description Its state; while it waits, its position and when it is expected to start.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A job. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a job
         * @description At once while it waits; within a second while it runs. One that has ended stays as it is. Safe to repeat.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A job. Times are Unix seconds. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a job
         * @description A stream of server-sent events: queued, started, delta, snapshot, reset, usage, and the end.
         *
         *     Every event has a number; give the last one you have (`Last-Event-ID` or `after`) to go on after it, on any server.
         *     `delta` appends `text` at `offset`; `snapshot` is the whole text so far; `reset` voids it, another attempt follows.
         *     With `Accept: application/json`: the events there are now.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The number of the last event you have. */
                    after?: number;
                };
                header?: {
                    /** @description Where to go on, as browsers send it; wins over `after`. */
                    "Last-Event-ID"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The events there are now; `ended` when there will be no more. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EventList"];
                        "text/event-stream": string;
                    };
                };
                /** @description There will be no more events. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The answer
         * @description What the model said. 409 while there is nothing yet, and when the job ended without an answer.
         *
         *     410 when its request said `store: false` and it was delivered half a minute ago, or ended a day ago.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The answer in OpenAI's shape. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask again
         * @description A new job with the same request, which names this one in `retry_of`. This one must have ended.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request give the same job, for at least 24 hours. 255 characters at most. */
                    "Idempotency-Key"?: string;
                    /** @description `loops=off`: an answer that repeats itself goes on to its limit. `stock=trim`: stock phrases go from its ends. Both, by a comma; it wins over the body's field `guard`, and that over the tenant's policy. */
                    "x-millrace-guard"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A job. Times are Unix seconds. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Newest first: your own, or with keys:admin all of the tenant's.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, newest first. `after` of the next one is `last_id`. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make an API key
         * @description `api_key` is shown this once. What you leave out is as much as you may give; more than you have is refused.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            responses: {
                /** @description A new API key, for the only time with the key itself. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyWithSecret"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at an API key
         * @description What it may do, and when it was last used.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description An API key, without the key. Null `tier`, `scopes` and `models` are the tenant's. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description For ever, within a second on every process; open streams end too. Safe to repeat.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It opens nothing any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change an API key
         * @description In force within a second. null is as much as you may give. Others' keys need keys:admin.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyChange"];
                };
            };
            responses: {
                /** @description An API key, without the key. Null `tier`, `scopes` and `models` are the tenant's. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyInfo"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an API key
         * @description A new key with the same properties. The old one works for `overlap_seconds` more, and shows `replaced_by`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Rotation"];
                };
            };
            responses: {
                /** @description A new API key, for the only time with the key itself. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyWithSecret"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description The models that you may ask, what each can do and costs, and how it does now; and the aliases, behind which one
         *     is chosen for each request.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The models there are. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModelList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where you stand
         * @description Every limit that applies to you: by the hour, by the second, and by the month.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Where you stand on every limit. Looking does not count against the hourly ones. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QuotaStanding"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List schedules
         * @description Newest first.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of schedules. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a schedule
         * @description It runs in your name, with your rights and quotas of that moment. `next_runs` shows what you wrote.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewSchedule"];
                };
            };
            responses: {
                /** @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a schedule
         * @description What it asks for, and when next.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a schedule
         * @description With its history. Jobs and batches that it made stay, and go on.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It does not run any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a schedule
         * @description What is left out stays. With another `job` or `batch` it runs in your name from then on.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScheduleChange"];
                };
            };
            responses: {
                /** @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleInfo"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/schedules/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a schedule
         * @description What falls into the pause is not missed: it does not run later either.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a schedule
         * @description From its next window on, in your name.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a schedule now
         * @description Once, within seconds, also while it is paused. Its windows stay as they are; its runs say what came of it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A run. `fired`: `job_id` or `batch_id` is what it made, and `result_status` how that is now. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The history of a schedule
         * @description Newest first, for 90 days: what became of each window, and of the job or batch that it made.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of runs. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage and cost
         * @description By hour, day or month, from the one that `from` is in; up to this moment. Hours without usage are left out.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Unix seconds. Default: 30 days before `to`. */
                    from?: number | null;
                    /** @description Unix seconds; now by default. */
                    to?: number | null;
                    /** @description Buckets of an hour, a day or a month, in UTC. */
                    grain?: "hour" | "day" | "month";
                    /** @description Split each bucket. */
                    group_by?: ("model" | "api_key" | "endpoint" | "user") | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Usage by bucket, and in all. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Usage"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook deliveries
         * @description Newest first, for 30 days. Narrow by `endpoint`, by `job` or `batch`, and by `state`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                    endpoint?: string | null;
                    job?: string | null;
                    batch?: string | null;
                    state?: ("pending" | "delivered" | "failed") | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, newest first. `after` of the next one is `last_id`. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeliveryList"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a webhook delivery
         * @description What came of each try, and when the next one is.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One event for one receiver, and what came of it. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeliveryInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/deliveries/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a webhook delivery
         * @description Send it again, now, with the same `webhook-id`, whatever became of it; tries are counted anew.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One event for one receiver, and what came of it. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeliveryInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description Newest first.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All of them, newest first. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndpointList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a webhook endpoint
         * @description It is told of what ends from now on. `secret` signs what is sent: keep it where the receiver finds it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewEndpoint"];
                };
            };
            responses: {
                /** @description A new endpoint, with the secret that signs what is sent to it. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndpointWithSecret"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a webhook endpoint
         * @description Whether it is enabled, and since when it fails.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description An endpoint. `reason` says why it is not enabled: `asked`, `gone` (it answered 410), `failing` (for a week). */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndpointInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description What was sent stays in the log for its 30 days.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing is sent to it any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description What waits goes to the new `url`. `enabled: false` ends what waits; replay it when it is enabled again.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EndpointChange"];
                };
            };
            responses: {
                /** @description An endpoint. `reason` says why it is not enabled: `asked`, `gone` (it answered 410), `failing` (for a week). */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EndpointInfo"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/webhooks/endpoints/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a webhook endpoint's secret
         * @description A new secret. For `overlap_seconds` the old one signs too, so either verifies.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SecretRotation"];
                };
            };
            responses: {
                /** @description The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SecretInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/endpoints/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a webhook endpoint's secret
         * @description The one that holds.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SecretInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Now, and in the way of all others, whatever types it asked for; `data.test` is true. Look at the delivery.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TestEvent"];
                };
            };
            responses: {
                /** @description One event for one receiver, and what came of it. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeliveryInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at your tenant's webhook secret
         * @description It signs what is sent to the targets that jobs and batches name. Made when it is first asked for.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SecretInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/secret/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate your tenant's webhook secret
         * @description A new one. For `overlap_seconds` the old one signs too.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SecretRotation"];
                };
            };
            responses: {
                /** @description The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SecretInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List files
         * @description Those of your tenant, newest first unless told otherwise.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `last_id` of the page before. */
                    after?: string | null;
                    limit?: number;
                    purpose?: string | null;
                    /** @description By when they were begun. */
                    order?: "asc" | "desc";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page. `after` of the next one is `last_id`. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileList"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Upload a file
         * @description It is there when it is answered, as a whole, and not before. Encrypted at rest.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": components["schemas"]["NewFile"];
                };
            };
            responses: {
                /** @description A file, in OpenAI's shape. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileInfo"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a file
         * @description What it is; `/content` has its bytes.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A file, in OpenAI's shape. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileInfo"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a file
         * @description At once, and for good. A batch that has read its lines goes on without it.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A file that is gone. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FileDeleted"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file
         * @description As it was uploaded, byte for byte. Ranges are read by themselves.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description `bytes=0-99`: only these. */
                    Range?: string;
                    /** @description The ETag that you have: 304 if it is the same. */
                    "If-None-Match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Its bytes; `ETag` is their SHA-256. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The range that was asked for. */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AliasInfo
         * @description A name that stands for whichever model suits a request; `models` null: of all.
         */
        AliasInfo: {
            /** Id */
            id: string;
            /**
             * Aim
             * @enum {string}
             */
            aim: "best" | "fast" | "cheap";
            /** Private */
            private: boolean;
            /**
             * Models
             * @default null
             */
            models?: string[] | null;
        };
        /**
         * Amounts
         * @description What was used. Requests that were neither answered nor failed were cancelled, or expired.
         */
        Amounts: {
            /** Requests */
            requests: number;
            /** Succeeded */
            succeeded: number;
            /** Failed */
            failed: number;
            /** Cached */
            cached: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Cost Usd */
            cost_usd: string;
        };
        /**
         * AttemptInfo
         * @description One try. `status` null: no answer came, and `error` says why.
         */
        AttemptInfo: {
            /** Status */
            status: number | null;
            /** Error */
            error: string | null;
            /**
             * Response
             * @description The beginning of what was answered.
             */
            response: string;
            /** Seconds */
            seconds: number;
            /** At */
            at: number;
        };
        /**
         * BatchInfo
         * @description A batch. Times are Unix seconds.
         */
        BatchInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default batch
             * @constant
             */
            object?: "batch";
            /** Endpoint */
            endpoint: string;
            /**
             * Model
             * @description If all lines ask the same one.
             */
            model: string | null;
            errors: components["schemas"]["LineErrors"] | null;
            /** Input File Id */
            input_file_id: string | null;
            /** Completion Window */
            completion_window: string;
            /**
             * Status
             * @enum {string}
             */
            status: "quoting" | "quoted" | "validating" | "in_progress" | "finalizing" | "completed" | "failed" | "expired" | "cancelling" | "cancelled";
            /** Output File Id */
            output_file_id: string | null;
            /** Error File Id */
            error_file_id: string | null;
            /** Created At */
            created_at: number;
            /** In Progress At */
            in_progress_at: number | null;
            /** Expires At */
            expires_at: number | null;
            /** Finalizing At */
            finalizing_at: number | null;
            /** Completed At */
            completed_at: number | null;
            /** Failed At */
            failed_at: number | null;
            /** Expired At */
            expired_at: number | null;
            /** Cancelling At */
            cancelling_at: number | null;
            /** Cancelled At */
            cancelled_at: number | null;
            request_counts: components["schemas"]["Counts"];
            usage: components["schemas"]["BatchUsage"] | null;
            /** Metadata */
            metadata: {
                [key: string]: string;
            } | null;
            /** Paused */
            paused: boolean;
            /** @description While it runs. */
            progress: components["schemas"]["BatchProgress"] | null;
            quote: components["schemas"]["BatchQuote"] | null;
            /**
             * Cost Usd
             * @description What it has cost, at the end.
             */
            cost_usd: string | null;
            /** Retry Of */
            retry_of: string | null;
        };
        /**
         * BatchList
         * @description A page of batches.
         */
        BatchList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["BatchInfo"][];
        };
        /**
         * BatchProgress
         * @description Lines now; lines a second so far, and seconds until the end, where they are known.
         */
        BatchProgress: {
            /** Waiting */
            waiting: number;
            /** Running */
            running: number;
            /** Done */
            done: number;
            /** Lines Per Second */
            lines_per_second: number | null;
            /** Eta Seconds */
            eta_seconds: number | null;
        };
        /**
         * BatchQuote
         * @description What the batch takes at the most. `seconds`: by the measured rate; null while nothing was measured.
         */
        BatchQuote: {
            /** Models */
            models: components["schemas"]["QuotedModel"][];
            /** Cost Usd */
            cost_usd: string;
            /** Seconds */
            seconds: number | null;
            /** Fits Window */
            fits_window: boolean | null;
            /** Quotas */
            quotas: components["schemas"]["QuotedQuota"][];
        };
        /**
         * BatchUsage
         * @description Tokens of all lines, at the end.
         */
        BatchUsage: {
            /** Input Tokens */
            input_tokens: number;
            input_tokens_details: components["schemas"]["CachedTokens"];
            /** Output Tokens */
            output_tokens: number;
            output_tokens_details: components["schemas"]["ReasoningTokens"];
            /** Total Tokens */
            total_tokens: number;
        };
        /**
         * BatchWebhook
         * @description Where one batch wants to be told of its end.
         */
        BatchWebhook: {
            /** Url */
            url: string;
            /**
             * Events
             * @description null: every one.
             * @default null
             */
            events?: ("batch.completed" | "batch.failed" | "batch.expired" | "batch.cancelled")[] | null;
        };
        /**
         * Belonging
         * @description A tenant that one belongs to.
         */
        Belonging: {
            /** Id */
            id: string;
            /**
             * Object
             * @constant
             */
            object: "tenant";
            /** Name */
            name: string;
            /** Tier */
            tier: string;
            /**
             * Role
             * @description null for an API key, which has scopes of its own.
             */
            role: string | null;
        };
        /**
         * Bucket
         * @description What was used in the hour, day or month that begins at `start`; with `group_by`, by whom or of what.
         */
        Bucket: {
            /** Requests */
            requests: number;
            /** Succeeded */
            succeeded: number;
            /** Failed */
            failed: number;
            /** Cached */
            cached: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Cost Usd */
            cost_usd: string;
            /** Start */
            start: number;
            /**
             * Model
             * @default null
             */
            model?: string | null;
            /**
             * Api Key
             * @default null
             */
            api_key?: string | null;
            /**
             * Endpoint
             * @default null
             */
            endpoint?: string | null;
            /**
             * User
             * @default null
             */
            user?: string | null;
        };
        /**
         * BurstInfo
         * @description How many requests may come at once, and how fast they come back.
         */
        BurstInfo: {
            /** Of */
            of: string;
            /** Per Second */
            per_second: number;
            /** Burst */
            burst: number;
            /**
             * Remaining
             * @description null: not known, because Redis is away.
             */
            remaining: number | null;
        };
        /**
         * CachedTokens
         * @description Of the input's, those that the backend had cached.
         */
        CachedTokens: {
            /** Cached Tokens */
            cached_tokens: number;
        };
        /**
         * Counts
         * @description Lines in all, and of those that have ended.
         */
        Counts: {
            /** Total */
            total: number;
            /** Completed */
            completed: number;
            /** Failed */
            failed: number;
        };
        /**
         * Credentials
         * @description What opens the bucket. Kept encrypted, and never shown again.
         */
        Credentials: {
            /** Access Key Id */
            access_key_id: string;
            /** Secret Access Key */
            secret_access_key: string;
            /**
             * Session Token
             * @default null
             */
            session_token?: string | null;
        };
        /**
         * DeliveryInfo
         * @description One event for one receiver, and what came of it.
         */
        DeliveryInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default webhook_delivery
             * @constant
             */
            object?: "webhook_delivery";
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "delivered" | "failed";
            /**
             * Endpoint
             * @description null: the target that the job or the batch named.
             */
            endpoint: string | null;
            /**
             * Url
             * @description null: its endpoint was deleted.
             */
            url: string | null;
            event: components["schemas"]["EventInfo"];
            /** Next Try */
            next_try: number | null;
            /** Finished At */
            finished_at: number | null;
            /** Attempts */
            attempts: components["schemas"]["AttemptInfo"][];
        };
        /**
         * DeliveryList
         * @description A page, newest first. `after` of the next one is `last_id`.
         */
        DeliveryList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["DeliveryInfo"][];
        };
        /**
         * EndpointChange
         * @description What is left out stays.
         */
        EndpointChange: {
            /**
             * Url
             * @default null
             */
            url?: string | null;
            /**
             * Events
             * @description null: every one.
             * @default null
             */
            events?: (("job.succeeded" | "job.failed" | "job.cancelled" | "job.expired") | ("batch.completed" | "batch.failed" | "batch.expired" | "batch.cancelled") | ("response.completed" | "response.failed" | "response.incomplete" | "response.cancelled"))[] | null;
            /**
             * Description
             * @default null
             */
            description?: string | null;
            /**
             * Enabled
             * @description true: enable it again, without its history of failures.
             * @default null
             */
            enabled?: boolean | null;
        };
        /**
         * EndpointInfo
         * @description An endpoint. `reason` says why it is not enabled: `asked`, `gone` (it answered 410), `failing` (for a week).
         */
        EndpointInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default webhook_endpoint
             * @constant
             */
            object?: "webhook_endpoint";
            /** Url */
            url: string;
            /** Events */
            events: string[] | null;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Reason */
            reason: string | null;
            /**
             * Failing Since
             * @description Since when every try has failed.
             */
            failing_since: number | null;
            /** Created At */
            created_at: number;
            /** Disabled At */
            disabled_at: number | null;
        };
        /**
         * EndpointList
         * @description All of them, newest first.
         */
        EndpointList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** Data */
            data: components["schemas"]["EndpointInfo"][];
        };
        /**
         * EndpointWithSecret
         * @description A new endpoint, with the secret that signs what is sent to it.
         */
        EndpointWithSecret: {
            /** Id */
            id: string;
            /**
             * Object
             * @default webhook_endpoint
             * @constant
             */
            object?: "webhook_endpoint";
            /** Url */
            url: string;
            /** Events */
            events: string[] | null;
            /** Description */
            description: string;
            /** Enabled */
            enabled: boolean;
            /** Reason */
            reason: string | null;
            /**
             * Failing Since
             * @description Since when every try has failed.
             */
            failing_since: number | null;
            /** Created At */
            created_at: number;
            /** Disabled At */
            disabled_at: number | null;
            /** Secret */
            secret: string;
        };
        /**
         * Event
         * @description One event of a job. Its number is the same over SSE, Socket.IO and polling.
         */
        Event: {
            /** Seq */
            seq: number;
            /** Type */
            type: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * EventInfo
         * @description What is sent, as it is sent.
         */
        EventInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default event
             * @constant
             */
            object?: "event";
            /** Type */
            type: string;
            /** Created At */
            created_at: number;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /**
         * EventList
         * @description The events there are now; `ended` when there will be no more.
         */
        EventList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** Data */
            data: components["schemas"]["Event"][];
            /** Ended */
            ended: boolean;
        };
        /**
         * Expiry
         * @description When a file goes by itself.
         */
        Expiry: {
            /**
             * Anchor
             * @constant
             */
            anchor: "created_at";
            /** Seconds */
            seconds: number;
        };
        /**
         * FileDeleted
         * @description A file that is gone.
         */
        FileDeleted: {
            /** Id */
            id: string;
            /**
             * Object
             * @default file
             * @constant
             */
            object?: "file";
            /**
             * Deleted
             * @default true
             * @constant
             */
            deleted?: true;
        };
        /**
         * FileInfo
         * @description A file, in OpenAI's shape.
         */
        FileInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default file
             * @constant
             */
            object?: "file";
            /** Bytes */
            bytes: number;
            /** Created At */
            created_at: number;
            /** Expires At */
            expires_at: number | null;
            /** Filename */
            filename: string;
            /**
             * Purpose
             * @enum {string}
             */
            purpose: "batch" | "batch_output" | "user_data";
            /**
             * Status
             * @default processed
             * @constant
             */
            status?: "processed";
        };
        /**
         * FileList
         * @description A page. `after` of the next one is `last_id`.
         */
        FileList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["FileInfo"][];
        };
        /**
         * Input
         * @description A file that is stored here, or one that is pulled: one of the two.
         */
        Input: {
            /**
             * File Id
             * @default null
             */
            file_id?: string | null;
            /** @default null */
            s3?: components["schemas"]["S3Object"] | null;
        };
        /**
         * Job
         * @description A job. Times are Unix seconds.
         */
        Job: {
            /** Id */
            id: string;
            /**
             * Object
             * @default job
             * @constant
             */
            object?: "job";
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "expired";
            /** Endpoint */
            endpoint: string;
            /** Model */
            model: string;
            /**
             * @description How the model was chosen; null where there was no choice.
             * @default null
             */
            route?: components["schemas"]["JobRoute"] | null;
            /** Lane */
            lane: string;
            /**
             * Class
             * @enum {string}
             */
            class: "interactive" | "job" | "batch";
            /**
             * Position
             * @description 1 is the next to run; null unless it waits and is due.
             * @default null
             */
            position?: number | null;
            /**
             * Eta Seconds
             * @description Until it starts, from the lane's measured rate.
             * @default null
             */
            eta_seconds?: number | null;
            /** Attempt */
            attempt: number;
            /**
             * Failures
             * @description Attempts that failed and count.
             */
            failures: number;
            /** Max Attempts */
            max_attempts: number;
            /** Cancel Requested */
            cancel_requested: boolean;
            /** Created At */
            created_at: number;
            /**
             * Started At
             * @default null
             */
            started_at?: number | null;
            /**
             * Finished At
             * @default null
             */
            finished_at?: number | null;
            /**
             * Run After
             * @default null
             */
            run_after?: number | null;
            /**
             * Deadline
             * @default null
             */
            deadline?: number | null;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /**
             * Retry Of
             * @default null
             */
            retry_of?: string | null;
            /**
             * Batch
             * @description The batch that it is a line of.
             * @default null
             */
            batch?: string | null;
            /**
             * Custom Id
             * @description Of its line.
             * @default null
             */
            custom_id?: string | null;
            /** @default null */
            webhook?: components["schemas"]["WebhookTarget"] | null;
            /** @default null */
            usage?: components["schemas"]["TokenUsage"] | null;
            /** @default null */
            error?: components["schemas"]["JobError"] | null;
        };
        /**
         * JobError
         * @description Why a job ended as it did.
         */
        JobError: {
            /** Code */
            code: string;
            /** Message */
            message: string;
        };
        /**
         * JobList
         * @description A page, newest first. `after` of the next one is `last_id`.
         */
        JobList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** Data */
            data: components["schemas"]["Job"][];
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
        };
        /**
         * JobRoute
         * @description Which name was asked for, why this model answers, and which others may, in order; `moved`: what was out.
         */
        JobRoute: {
            /** Asked */
            asked: string;
            /** Why */
            why: string;
            /** Chain */
            chain: string[];
            /**
             * Moved
             * @default []
             */
            moved?: {
                [key: string]: string;
            }[];
        };
        /**
         * JobWebhook
         * @description Where one job wants to be told of its end.
         */
        JobWebhook: {
            /** Url */
            url: string;
            /**
             * Events
             * @description null: every one.
             * @default null
             */
            events?: ("job.succeeded" | "job.failed" | "job.cancelled" | "job.expired")[] | null;
        };
        /**
         * JobWithResult
         * @description A job that was waited for: with `result`, the answer in OpenAI's shape, when it is there.
         */
        JobWithResult: {
            /** Id */
            id: string;
            /**
             * Object
             * @default job
             * @constant
             */
            object?: "job";
            /**
             * Status
             * @enum {string}
             */
            status: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "expired";
            /** Endpoint */
            endpoint: string;
            /** Model */
            model: string;
            /**
             * @description How the model was chosen; null where there was no choice.
             * @default null
             */
            route?: components["schemas"]["JobRoute"] | null;
            /** Lane */
            lane: string;
            /**
             * Class
             * @enum {string}
             */
            class: "interactive" | "job" | "batch";
            /**
             * Position
             * @description 1 is the next to run; null unless it waits and is due.
             * @default null
             */
            position?: number | null;
            /**
             * Eta Seconds
             * @description Until it starts, from the lane's measured rate.
             * @default null
             */
            eta_seconds?: number | null;
            /** Attempt */
            attempt: number;
            /**
             * Failures
             * @description Attempts that failed and count.
             */
            failures: number;
            /** Max Attempts */
            max_attempts: number;
            /** Cancel Requested */
            cancel_requested: boolean;
            /** Created At */
            created_at: number;
            /**
             * Started At
             * @default null
             */
            started_at?: number | null;
            /**
             * Finished At
             * @default null
             */
            finished_at?: number | null;
            /**
             * Run After
             * @default null
             */
            run_after?: number | null;
            /**
             * Deadline
             * @default null
             */
            deadline?: number | null;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /**
             * Retry Of
             * @default null
             */
            retry_of?: string | null;
            /**
             * Batch
             * @description The batch that it is a line of.
             * @default null
             */
            batch?: string | null;
            /**
             * Custom Id
             * @description Of its line.
             * @default null
             */
            custom_id?: string | null;
            /** @default null */
            webhook?: components["schemas"]["WebhookTarget"] | null;
            /** @default null */
            usage?: components["schemas"]["TokenUsage"] | null;
            /** @default null */
            error?: components["schemas"]["JobError"] | null;
            /**
             * Result
             * @default null
             */
            result?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * KeyChange
         * @description What is left out stays.
         */
        KeyChange: {
            /**
             * Tier
             * @description At most the tenant's; null: the tenant's.
             * @default null
             */
            tier?: string | null;
            /**
             * Scopes
             * @description At most yours; null: yours.
             * @default null
             */
            scopes?: components["schemas"]["Permission"][] | null;
            /**
             * Models
             * @description Which models it may ask; null: those of the tenant.
             * @default null
             */
            models?: string[] | null;
            /**
             * Expires At
             * @description null: never.
             * @default null
             */
            expires_at?: string | null;
            /**
             * Requests Per Hour
             * @description A rate of its own.
             * @default null
             */
            requests_per_hour?: number | null;
            /**
             * Budget Usd
             * @description US dollars a month, to nine decimals.
             * @default null
             */
            budget_usd?: number | string | null;
            /**
             * Name
             * @default null
             */
            name?: string | null;
        };
        /**
         * KeyInfo
         * @description An API key, without the key. Null `tier`, `scopes` and `models` are the tenant's.
         */
        KeyInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default api_key
             * @constant
             */
            object?: "api_key";
            /** Name */
            name: string;
            /** Hint */
            hint: string;
            /** Tier */
            tier: string | null;
            /** Scopes */
            scopes: string[] | null;
            /** Models */
            models: string[] | null;
            /** Requests Per Hour */
            requests_per_hour: number | null;
            /** Budget Usd */
            budget_usd: string | null;
            /** Created By */
            created_by: string | null;
            /** Created At */
            created_at: number;
            /**
             * Last Used At
             * @description Known after up to ten seconds.
             */
            last_used_at: number | null;
            /** Expires At */
            expires_at: number | null;
            /** Revoked At */
            revoked_at: number | null;
            /** Replaced By */
            replaced_by: string | null;
        };
        /**
         * KeyList
         * @description A page, newest first. `after` of the next one is `last_id`.
         */
        KeyList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["KeyInfo"][];
        };
        /**
         * KeyWithSecret
         * @description A new API key, for the only time with the key itself.
         */
        KeyWithSecret: {
            /** Id */
            id: string;
            /**
             * Object
             * @default api_key
             * @constant
             */
            object?: "api_key";
            /** Name */
            name: string;
            /** Hint */
            hint: string;
            /** Tier */
            tier: string | null;
            /** Scopes */
            scopes: string[] | null;
            /** Models */
            models: string[] | null;
            /** Requests Per Hour */
            requests_per_hour: number | null;
            /** Budget Usd */
            budget_usd: string | null;
            /** Created By */
            created_by: string | null;
            /** Created At */
            created_at: number;
            /**
             * Last Used At
             * @description Known after up to ten seconds.
             */
            last_used_at: number | null;
            /** Expires At */
            expires_at: number | null;
            /** Revoked At */
            revoked_at: number | null;
            /** Replaced By */
            replaced_by: string | null;
            /** Api Key */
            api_key: string;
        };
        /**
         * LineError
         * @description Why a line cannot be used.
         */
        LineError: {
            /** Code */
            code: string;
            /** Message */
            message: string;
            /** Param */
            param: string | null;
            /** Line */
            line: number | null;
        };
        /**
         * LineErrors
         * @description The first hundred; all of them are in the error file.
         */
        LineErrors: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** Data */
            data: components["schemas"]["LineError"][];
        };
        /**
         * Me
         * @description Who asks, and what they may do.
         */
        Me: {
            /**
             * Object
             * @constant
             */
            object: "caller";
            /** @description null for an API key. */
            user: components["schemas"]["User"] | null;
            /**
             * Key Id
             * @description null for a person.
             */
            key_id: string | null;
            /**
             * Session Id
             * @description null for an API key.
             */
            session_id: string | null;
            tenant: components["schemas"]["Belonging"];
            /** Role */
            role: string | null;
            /** Permissions */
            permissions: string[];
            /**
             * Tenants
             * @description Every tenant that one belongs to, first joined first.
             */
            tenants: components["schemas"]["Belonging"][];
        };
        /**
         * ModelInfo
         * @description A model that jobs can name, and how it does now. Nulls where nothing was measured or said.
         */
        ModelInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default model
             * @constant
             */
            object?: "model";
            /** Engine */
            engine: string;
            /** Lane */
            lane: string;
            /** Capabilities */
            capabilities: string[];
            /** Context */
            context: number;
            /**
             * Max Output
             * @description Tokens of one answer at the most.
             * @default null
             */
            max_output?: number | null;
            /**
             * Private
             * @description What it is asked does not leave the house.
             */
            private: boolean;
            /** @default null */
            price?: components["schemas"]["ModelPrice"] | null;
            /**
             * Fallback
             * @description Who answers while it is out, in this order.
             * @default []
             */
            fallback?: string[];
            /**
             * Aliases
             * @description Names that may stand for it.
             * @default []
             */
            aliases?: string[];
            /**
             * Loaded
             * @description A worker serves its lane, and it is not out.
             */
            loaded: boolean;
            /**
             * Slots
             * @description Of its lane, over all workers.
             */
            slots: number;
            /**
             * First Token Seconds
             * @description Moving average, as workers measured it.
             * @default null
             */
            first_token_seconds?: number | null;
            /**
             * Seconds
             * @description Moving average of a whole call.
             * @default null
             */
            seconds?: number | null;
            /**
             * Error Rate
             * @description Moving average: the part of calls that failed.
             * @default null
             */
            error_rate?: number | null;
            /** @default null */
            paused?: components["schemas"]["ModelPaused"] | null;
        };
        /**
         * ModelList
         * @description The models there are.
         */
        ModelList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** Data */
            data: components["schemas"]["ModelInfo"][];
            /**
             * Aliases
             * @default []
             */
            aliases?: components["schemas"]["AliasInfo"][];
        };
        /**
         * ModelPaused
         * @description A model that is out: until when nothing is sent to it, and why; `trying`: that is over, and one job tries it.
         */
        ModelPaused: {
            /** Until */
            until: number;
            /** Reason */
            reason: string;
            /** Trying */
            trying: boolean;
        };
        /**
         * ModelPrice
         * @description US dollars per million tokens; `cached` null: as input.
         */
        ModelPrice: {
            /** Input */
            input: number;
            /** Output */
            output: number;
            /**
             * Cached
             * @default null
             */
            cached?: number | null;
        };
        /**
         * MonthlyQuota
         * @description A quota of this month. Of money, the numbers are decimal strings of USD.
         */
        MonthlyQuota: {
            /** Id */
            id: string;
            /**
             * Unit
             * @enum {string}
             */
            unit: "requests" | "tokens" | "usd";
            /**
             * Of
             * @enum {string}
             */
            of: "tenant" | "key";
            /**
             * Model
             * @description null: of all models.
             */
            model: string | null;
            /** Soft Limit */
            soft_limit: number | string | null;
            /** Hard Limit */
            hard_limit: number | string | null;
            /** Used */
            used: number | string;
            /**
             * Reserved
             * @description For what waits and runs.
             */
            reserved: number | string;
            /**
             * Remaining
             * @description null: no limit.
             */
            remaining: number | string | null;
            /**
             * Overage
             * @description Beyond the hard limit work goes on, and costs more.
             */
            overage: boolean;
            /**
             * Resets At
             * @description Unix seconds: the end of the month, in UTC.
             */
            resets_at: number;
        };
        /**
         * NewBatch
         * @description A file of requests, and until when they must have run.
         * @example {
         *       "completion_window": "24h",
         *       "endpoint": "/v1/chat/completions",
         *       "input_file_id": "file_0192a0b0c0d0e0f00112233445566778"
         *     }
         */
        NewBatch: {
            /** Input File Id */
            input_file_id: string;
            /**
             * Endpoint
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings" | "/v1/responses";
            /**
             * Completion Window
             * @description `off-peak`: only in the hours that OFF_PEAK names.
             * @default 24h
             * @enum {string}
             */
            completion_window?: "1h" | "4h" | "24h" | "7d" | "off-peak";
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /** @default null */
            output_expires_after?: components["schemas"]["Expiry"] | null;
            /**
             * @description The file is CSV, and its rows are put into this.
             * @default null
             */
            template?: components["schemas"]["Template"] | null;
            /**
             * Webhook
             * @description Where to tell of its end: docs/webhooks.md.
             * @default null
             */
            webhook?: string | components["schemas"]["BatchWebhook"] | null;
        };
        /**
         * NewEndpoint
         * @description Where, and of what.
         * @example {
         *       "events": [
         *         "job.succeeded",
         *         "job.failed"
         *       ],
         *       "url": "https://example.com/hooks"
         *     }
         */
        NewEndpoint: {
            /**
             * Url
             * @description https, on the public internet, without user and password.
             */
            url: string;
            /**
             * Events
             * @description Types of events; null: every one, also those to come.
             * @default null
             */
            events?: (("job.succeeded" | "job.failed" | "job.cancelled" | "job.expired") | ("batch.completed" | "batch.failed" | "batch.expired" | "batch.cancelled") | ("response.completed" | "response.failed" | "response.incomplete" | "response.cancelled"))[] | null;
            /**
             * Description
             * @default
             */
            description?: string;
        };
        /**
         * NewFile
         * @description A file, as a multipart form. Fields may come before or after it; `expires_after[seconds]` is spelled so.
         */
        NewFile: {
            /**
             * Purpose
             * @enum {string}
             */
            purpose: "batch" | "user_data";
            /**
             * @description Without it, files for batches live 30 days, and others until they are deleted.
             * @default null
             */
            expires_after?: components["schemas"]["Expiry"] | null;
            /**
             * File
             * Format: binary
             * @description One file, with its name.
             */
            file: string;
        };
        /**
         * NewJob
         * @description What to ask, and how it may be run.
         * @example {
         *       "body": {
         *         "messages": [
         *           {
         *             "content": "Why is the sky blue?",
         *             "role": "user"
         *           }
         *         ],
         *         "model": "demo"
         *       },
         *       "endpoint": "/v1/chat/completions"
         *     }
         */
        NewJob: {
            /**
             * Endpoint
             * @description Which of OpenAI's endpoints `body` is for.
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";
            /**
             * Body
             * @description The request in OpenAI's shape; what we do not know passes through.
             */
            body: {
                [key: string]: unknown;
            };
            /**
             * Class
             * @description Its weight among your own jobs: 16, 4, 1.
             * @default job
             * @enum {string}
             */
            class?: "interactive" | "job" | "batch";
            /**
             * Deadline
             * @description Ends as `expired` if it is not done by then.
             * @default null
             */
            deadline?: string | null;
            /**
             * Run After
             * @description Does not start before then.
             * @default null
             */
            run_after?: string | null;
            /**
             * Max Attempts
             * @description Outages of the model and deaths of workers do not count.
             * @default 3
             */
            max_attempts?: number;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /**
             * Webhook
             * @description Where to tell of its end: docs/webhooks.md.
             * @default null
             */
            webhook?: string | components["schemas"]["JobWebhook"] | null;
        };
        /**
         * NewKey
         * @description What the key may do. Nobody gives a key more than they have.
         * @example {
         *       "name": "nightly reports",
         *       "scopes": [
         *         "jobs:write"
         *       ]
         *     }
         */
        NewKey: {
            /**
             * Tier
             * @description At most the tenant's; null: the tenant's.
             * @default null
             */
            tier?: string | null;
            /**
             * Scopes
             * @description At most yours; null: yours.
             * @default null
             */
            scopes?: components["schemas"]["Permission"][] | null;
            /**
             * Models
             * @description Which models it may ask; null: those of the tenant.
             * @default null
             */
            models?: string[] | null;
            /**
             * Expires At
             * @description null: never.
             * @default null
             */
            expires_at?: string | null;
            /**
             * Requests Per Hour
             * @description A rate of its own.
             * @default null
             */
            requests_per_hour?: number | null;
            /**
             * Budget Usd
             * @description US dollars a month, to nine decimals.
             * @default null
             */
            budget_usd?: number | string | null;
            /** Name */
            name: string;
            /**
             * Expires In Days
             * @description Instead of `expires_at`.
             * @default null
             */
            expires_in_days?: number | null;
        };
        /**
         * NewSchedule
         * @description When (`cron`, or `every_seconds`), and what (`job`, or `batch`).
         * @example {
         *       "cron": "30 6 * * MON-FRI",
         *       "job": {
         *         "body": {
         *           "messages": [
         *             {
         *               "content": "What is new?",
         *               "role": "user"
         *             }
         *           ],
         *           "model": "demo"
         *         },
         *         "endpoint": "/v1/chat/completions"
         *       },
         *       "name": "Morning report",
         *       "zone": "Europe/Berlin"
         *     }
         */
        NewSchedule: {
            /** Name */
            name: string;
            /**
             * Cron
             * @description Minute, hour, day, month, weekday, as cron has them.
             * @default null
             */
            cron?: string | null;
            /**
             * Zone
             * @description In which the cron expression is meant, by its IANA name.
             * @default UTC
             */
            zone?: string;
            /**
             * Every Seconds
             * @default null
             */
            every_seconds?: number | null;
            /** @default null */
            job?: components["schemas"]["ScheduledJob"] | null;
            /** @default null */
            batch?: components["schemas"]["ScheduledBatch"] | null;
            /**
             * Missed
             * @description Of windows that passed while nothing ran: none, one for all, or each.
             * @default once
             * @enum {string}
             */
            missed?: "skip" | "once" | "all";
            /**
             * Overlap
             * @description While the run before goes on: skip this one, or cancel that one.
             * @default allow
             * @enum {string}
             */
            overlap?: "skip" | "allow" | "cancel";
        };
        /**
         * Permission
         * @description `thing:act`. A role is a set of them; a key's scopes are some of its tenant's.
         * @enum {string}
         */
        Permission: "jobs:read" | "jobs:write" | "batches:read" | "batches:write" | "files:read" | "files:write" | "schedules:read" | "schedules:write" | "webhooks:read" | "webhooks:write" | "webhooks:admin" | "conversations:read" | "conversations:write" | "models:read" | "models:write" | "usage:read" | "keys:read" | "keys:write" | "keys:admin" | "members:read" | "members:admin" | "roles:admin" | "quotas:admin" | "audit:read" | "tenant:read" | "tenant:admin" | "ops:read" | "platform:admin";
        /**
         * QuotaStanding
         * @description Where you stand on every limit. Looking does not count against the hourly ones.
         */
        QuotaStanding: {
            /**
             * Object
             * @default quota
             * @constant
             */
            object?: "quota";
            /**
             * Tier
             * @description Your tenant's.
             */
            tier: string;
            /**
             * Key Tier
             * @description The key's own, where it has a lesser one.
             */
            key_tier: string | null;
            /** Hourly */
            hourly: components["schemas"]["Window"][];
            /** Bursts */
            bursts: components["schemas"]["BurstInfo"][];
            /** Monthly */
            monthly: components["schemas"]["MonthlyQuota"][];
        };
        /**
         * QuotedModel
         * @description One model's part. Output tokens and cost are the most that may come.
         */
        QuotedModel: {
            /** Model */
            model: string;
            /** Lane */
            lane: string;
            /** Requests */
            requests: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Cost Usd */
            cost_usd: string;
        };
        /**
         * QuotedQuota
         * @description What a quota leaves afterwards, in its unit (`requests`, `tokens`, `usd`); negative: it is too little.
         */
        QuotedQuota: {
            /** Unit */
            unit: string;
            /**
             * Of
             * @enum {string}
             */
            of: "tenant" | "key";
            /** Model */
            model: string | null;
            /** Limit */
            limit: string;
            /** Left */
            left: string;
            /** Fits */
            fits: boolean;
        };
        /**
         * ReasoningTokens
         * @description Not told apart.
         */
        ReasoningTokens: {
            /** Reasoning Tokens */
            reasoning_tokens: number;
        };
        /**
         * Rotation
         * @description For how long both work.
         */
        Rotation: {
            /**
             * Overlap Seconds
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /**
         * RunInfo
         * @description A run. `fired`: `job_id` or `batch_id` is what it made, and `result_status` how that is now.
         */
        RunInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default schedule.run
             * @constant
             */
            object?: "schedule.run";
            /** Due At */
            due_at: number;
            /**
             * Asked
             * @description Somebody asked for it, between two windows.
             */
            asked: boolean;
            /**
             * Missed
             * @description Earlier windows that it stands for.
             */
            missed: number;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "fired" | "skipped" | "failed";
            /** Job Id */
            job_id: string | null;
            /** Batch Id */
            batch_id: string | null;
            /** Result Status */
            result_status: string | null;
            error: components["schemas"]["JobError"] | null;
            /** Ended At */
            ended_at: number | null;
        };
        /**
         * RunList
         * @description A page of runs.
         */
        RunList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["RunInfo"][];
        };
        /**
         * S3Object
         * @description An object of a bucket, pulled at each run. Without credentials it is asked anonymously.
         */
        S3Object: {
            /** Bucket */
            bucket: string;
            /**
             * Key
             * @description `{date}` (2026-11-28), `{year}`, `{month}`, `{day}`, `{hour}` are the window's, in its zone.
             */
            key: string;
            /**
             * Region
             * @default null
             */
            region?: string | null;
            /**
             * Endpoint Url
             * @description Of a store that is not AWS: https, on the public internet.
             * @default null
             */
            endpoint_url?: string | null;
            /** @default null */
            credentials?: components["schemas"]["Credentials"] | null;
        };
        /**
         * ScheduleChange
         * @description What is left out stays. `cron` takes the place of `every_seconds`, and `job` that of `batch`, or the reverse.
         */
        ScheduleChange: {
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Cron
             * @default null
             */
            cron?: string | null;
            /**
             * Zone
             * @default null
             */
            zone?: string | null;
            /**
             * Every Seconds
             * @default null
             */
            every_seconds?: number | null;
            /** @default null */
            job?: components["schemas"]["ScheduledJob"] | null;
            /** @default null */
            batch?: components["schemas"]["ScheduledBatch"] | null;
            /**
             * Missed
             * @default null
             */
            missed?: ("skip" | "once" | "all") | null;
            /**
             * Overlap
             * @default null
             */
            overlap?: ("skip" | "allow" | "cancel") | null;
        };
        /**
         * ScheduleInfo
         * @description A schedule. Times are Unix seconds. `job` and `batch` as they were given, but for secrets.
         */
        ScheduleInfo: {
            /** Id */
            id: string;
            /**
             * Object
             * @default schedule
             * @constant
             */
            object?: "schedule";
            /** Name */
            name: string;
            /** Cron */
            cron: string | null;
            /** Zone */
            zone: string;
            /** Every Seconds */
            every_seconds: number | null;
            /** Job */
            job: {
                [key: string]: unknown;
            } | null;
            /** Batch */
            batch: {
                [key: string]: unknown;
            } | null;
            /**
             * Missed
             * @enum {string}
             */
            missed: "skip" | "once" | "all";
            /**
             * Overlap
             * @enum {string}
             */
            overlap: "skip" | "allow" | "cancel";
            /** Paused */
            paused: boolean;
            /**
             * Reason
             * @description Why it is paused, where nobody asked for it.
             */
            reason: string | null;
            /**
             * Runs As
             * @description The key (`key_...`) or the user in whose name it runs.
             */
            runs_as: string;
            /**
             * Next Runs
             * @description The next five, in its zone.
             */
            next_runs: string[];
            /**
             * Last At
             * @description The last window that was taken.
             */
            last_at: number | null;
            /** Created At */
            created_at: number;
        };
        /**
         * ScheduleList
         * @description A page of schedules.
         */
        ScheduleList: {
            /**
             * Object
             * @default list
             * @constant
             */
            object?: "list";
            /** First Id */
            first_id: string | null;
            /** Last Id */
            last_id: string | null;
            /** Has More */
            has_more: boolean;
            /** Data */
            data: components["schemas"]["ScheduleInfo"][];
        };
        /**
         * ScheduledBatch
         * @description A batch, as POST /api/v1/batches takes it.
         */
        ScheduledBatch: {
            /**
             * Endpoint
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings" | "/v1/responses";
            input: components["schemas"]["Input"];
            /**
             * Completion Window
             * @default 24h
             * @enum {string}
             */
            completion_window?: "1h" | "4h" | "24h" | "7d" | "off-peak";
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /** @default null */
            output_expires_after?: components["schemas"]["Expiry"] | null;
            /**
             * @description The file is CSV, and its rows are put into this.
             * @default null
             */
            template?: components["schemas"]["Template"] | null;
            /**
             * Webhook
             * @default null
             */
            webhook?: string | components["schemas"]["BatchWebhook"] | null;
        };
        /**
         * ScheduledJob
         * @description A job, as POST /api/v1/jobs takes it, without moments: `deadline_seconds` counts from when it is made.
         */
        ScheduledJob: {
            /**
             * Endpoint
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";
            /** Body */
            body: {
                [key: string]: unknown;
            };
            /**
             * Class
             * @default job
             * @enum {string}
             */
            class?: "interactive" | "job" | "batch";
            /**
             * Deadline Seconds
             * @default null
             */
            deadline_seconds?: number | null;
            /**
             * Max Attempts
             * @default 3
             */
            max_attempts?: number;
            /**
             * Metadata
             * @default null
             */
            metadata?: {
                [key: string]: string;
            } | null;
            /**
             * Webhook
             * @default null
             */
            webhook?: string | components["schemas"]["JobWebhook"] | null;
        };
        /**
         * SecretInfo
         * @description The secret that signs: `whsec_` and base64, as libraries of Standard Webhooks take it.
         */
        SecretInfo: {
            /** Secret */
            secret: string;
        };
        /**
         * SecretRotation
         * @description For how long both sign.
         */
        SecretRotation: {
            /**
             * Overlap Seconds
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /**
         * SignIn
         * @description An address and its password.
         */
        SignIn: {
            /** Email */
            email: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /**
             * Tenant Id
             * @description Which of your tenants to speak for; default: the last one.
             * @default null
             */
            tenant_id?: string | null;
        };
        /**
         * Template
         * @description How a row of a CSV file becomes a request: `{{ column }}` in any text stands for the row's cell.
         */
        Template: {
            /** Custom Id */
            custom_id: string;
            /** Body */
            body: {
                [key: string]: unknown;
            };
        };
        /**
         * TestEvent
         * @description Which type to make up; null: `webhook.test`.
         */
        TestEvent: {
            /**
             * Type
             * @default null
             */
            type?: ("job.succeeded" | "job.failed" | "job.cancelled" | "job.expired") | ("batch.completed" | "batch.failed" | "batch.expired" | "batch.cancelled") | ("response.completed" | "response.failed" | "response.incomplete" | "response.cancelled") | null;
        };
        /**
         * TokenUsage
         * @description Tokens, as the backend counted them.
         */
        TokenUsage: {
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
        };
        /**
         * Tokens
         * @description An access token, and what to get the next one with.
         */
        Tokens: {
            /**
             * Access Token
             * @description Send it as `Authorization: Bearer ...`.
             */
            access_token: string;
            /**
             * Refresh Token
             * @description For POST /api/v1/auth/refresh, once. Keep it as you would a password.
             */
            refresh_token: string;
            /**
             * Token Type
             * @constant
             */
            token_type: "bearer";
            /**
             * Expires In
             * @description Seconds for which the access token is good.
             */
            expires_in: number;
        };
        /**
         * Usage
         * @description Usage by bucket, and in all.
         */
        Usage: {
            /**
             * Object
             * @default usage
             * @constant
             */
            object?: "usage";
            /**
             * Grain
             * @enum {string}
             */
            grain: "hour" | "day" | "month";
            /** Group By */
            group_by: ("model" | "api_key" | "endpoint" | "user") | null;
            /** Data */
            data: components["schemas"]["Bucket"][];
            total: components["schemas"]["Amounts"];
        };
        /**
         * User
         * @description A person.
         */
        User: {
            /** Id */
            id: string;
            /**
             * Object
             * @constant
             */
            object: "user";
            /** Email */
            email: string;
            /** Username */
            username: string | null;
            /**
             * Verified
             * @description Whether the address is known to be theirs.
             */
            verified: boolean;
            /** Created At */
            created_at: number;
        };
        /**
         * WebhookTarget
         * @description Where a job or a batch wants to be told; `events` null: of every type.
         */
        WebhookTarget: {
            /** Url */
            url: string;
            /**
             * Events
             * @default null
             */
            events?: string[] | null;
        };
        /**
         * Window
         * @description An hourly window: it begins with its first request.
         */
        Window: {
            /**
             * Of
             * @description Whose: `tenant`, `key`, `user`, `address`, `platform`; or an operation, by tenant.
             */
            of: string;
            /** Limit */
            limit: number;
            /**
             * Used
             * @description null: not known, because Redis is away; nothing is refused then.
             */
            used: number | null;
            /** Remaining */
            remaining: number | null;
            /**
             * Resets At
             * @description Unix seconds; null while it has not begun.
             */
            resets_at: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
