-- The one way into a terminal state: state, result, ledger entry, quota, request log and webhooks in one transaction.
--
-- The fence: a running job is settled by whoever has its lease; a queued one by an item without a lease, and so is one that
-- answer_jobs inserted in this very transaction: nobody else ever sees an end without a time. Answers the jobs
-- that this call settled, or that an earlier try of the same call had settled already; `told`: a webhook waits to be sent.
--
-- Rows are looked up by `= ANY (ids)`: a plan made while the tables were small would walk them whole for a join alone.
CREATE OR REPLACE FUNCTION settle_jobs(items json)
RETURNS TABLE (job uuid, tenant uuid, attempt integer, reply_to text, told boolean)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT x.id FROM json_to_recordset(items) AS x (id uuid));
    done record;
    heard uuid[];
BEGIN
    WITH i AS MATERIALIZED (
        SELECT * FROM json_to_recordset(items) AS x (
            id uuid, lease uuid, state text, body text, error text, text text, error_code text,
            input_tokens bigint, output_tokens bigint, cached_tokens bigint, estimated boolean, cache text,
            first_ms bigint, ran_ms bigint, own_key boolean
        )
    ), held AS MATERIALIZED (
        -- The end has an attempt's close for its number: one that never ran gets a new attempt for it.
        SELECT i.*, j.tenant, j.attempt + (j.state <> 'running')::int AS attempt, j.state AS was, j.queue, j.process,
            j.created_at, j.started_at, j.quota_period, j.quotas
        FROM i JOIN jobs j ON j.id = i.id
        WHERE j.id = ANY (ids)
        AND (
            (j.state = 'running' AND j.lease = i.lease) OR (j.state = 'queued' AND i.lease IS NULL)
            OR (j.state = i.state AND i.lease IS NULL AND j.finished_at IS NULL)
        )
        ORDER BY j.id FOR UPDATE OF j
    ), asked AS MATERIALIZED (
        SELECT r.job, r.model, r.endpoint, r.reply_to, r.api_key, r.user_id, r.address, r.prompt_hash, r.store, r.cache_key,
            r.webhook
        FROM job_requests r WHERE r.job = ANY (ids)
    ), ended AS (
        UPDATE jobs j SET state = h.state, attempt = h.attempt, finished_at = clock_timestamp(), process = NULL
        FROM held h WHERE j.id = h.id AND j.id = ANY (ids)
    ), kept AS (
        INSERT INTO job_results (job, tenant, body, error, text, input_tokens, output_tokens, forget_at)
        SELECT h.id, h.tenant, h.body, h.error, h.text, coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0),
            -- Sooner once it was delivered (millrace/jobs/forget.py).
            CASE WHEN NOT a.store THEN clock_timestamp() + interval '24 hours' END
        FROM held h JOIN asked a ON a.job = h.id
    ), swept AS (
        DELETE FROM job_checkpoints c USING held h WHERE c.job = h.id AND c.job = ANY (ids) AND h.text IS NOT NULL
    ), forgot AS (
        UPDATE job_requests r SET body = '' FROM asked a JOIN held h ON h.id = a.job
        WHERE NOT a.store AND r.job = a.job AND r.job = ANY (ids)
    ), tried AS (
        INSERT INTO attempts (job, tenant, attempt, process, outcome, error, started_at)
        SELECT h.id, h.tenant, h.attempt, h.process, h.state, h.error, h.started_at
        FROM held h WHERE h.was = 'running' AND h.state <> 'succeeded'
    ), entries AS MATERIALIZED (
        SELECT h.id AS job, h.tenant, a.model, h.state AS outcome, coalesce(h.input_tokens, 0) AS input_tokens,
            coalesce(h.output_tokens, 0) AS output_tokens, coalesce(h.estimated, false) AS estimated, a.api_key, a.user_id,
            a.endpoint, coalesce(h.cached_tokens, 0) AS cached_tokens, coalesce(p.nanos, 0) AS nanos, h.cache,
            h.quota_period AS period, h.quotas, coalesce(h.own_key, false) AS own_key
        FROM held h JOIN asked a ON a.job = h.id
        LEFT JOIN LATERAL job_price(
            a.model, h.created_at, CASE WHEN h.cache IS NULL THEN h.state ELSE 'cached' END, coalesce(h.input_tokens, 0),
            coalesce(h.cached_tokens, 0), coalesce(h.output_tokens, 0)
        ) p ON h.own_key IS NOT TRUE
    ), entered AS (
        INSERT INTO ledger_entries (
            job, tenant, model, outcome, input_tokens, output_tokens, estimated, api_key, user_id, endpoint, cached_tokens,
            nanos, cache, own_key
        )
        SELECT e.job, e.tenant, e.model, e.outcome, e.input_tokens, e.output_tokens, e.estimated, e.api_key, e.user_id,
            e.endpoint, e.cached_tokens, e.nanos, e.cache, e.own_key
        FROM entries e WHERE e.quotas IS NULL
    ), logged AS (
        INSERT INTO request_log (
            at, job, tenant, api_key, user_id, endpoint, model, status, prompt_hash, address, input_tokens, output_tokens,
            cache, waited_ms, ran_ms, error_code, first_ms
        )
        SELECT clock_timestamp(), h.id, h.tenant, a.api_key, a.user_id, a.endpoint, a.model, h.state, a.prompt_hash, a.address,
            coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0), h.cache,
            1000 * extract(epoch FROM coalesce(h.started_at, clock_timestamp()) - h.created_at),
            coalesce(h.ran_ms, 1000 * extract(epoch FROM clock_timestamp() - h.started_at)), h.error_code, h.first_ms
        FROM held h JOIN asked a ON a.job = h.id
    ), cached AS (
        -- What came from a cache is there already; and the next one is to be like the first, not like the second.
        INSERT INTO cache_entries AS c (key, tenant, model, job, asked_at)
        SELECT DISTINCT ON (a.cache_key) a.cache_key, h.tenant, a.model, h.id, h.created_at
        FROM held h JOIN asked a ON a.job = h.id
        WHERE a.cache_key IS NOT NULL AND h.state = 'succeeded' AND h.cache IS NULL AND a.store
        ORDER BY a.cache_key, h.created_at DESC
        ON CONFLICT ON CONSTRAINT cache_entries_pkey DO UPDATE SET job = excluded.job, asked_at = excluded.asked_at, made_at = excluded.made_at
    )
    SELECT (
        SELECT array_agg((
            e.job, e.tenant, e.model, e.outcome, e.input_tokens, e.output_tokens, e.estimated, now(), e.api_key, e.user_id,
            e.endpoint, e.cached_tokens, e.nanos, 0, e.cache, e.period, e.quotas, e.own_key
        )::ledger_entries) FROM entries e WHERE e.quotas IS NOT NULL
    ) AS counted, (
        SELECT array_agg((a.job, h.tenant, h.attempt, a.reply_to)::settled_job) FROM held h JOIN asked a ON a.job = h.id
    ) || (
        -- As of before this statement: settled by an earlier try of the same call, whose answer was lost.
        SELECT array_agg((j.id, j.tenant, j.attempt, NULL)::settled_job)
        FROM i JOIN jobs j ON j.id = i.id WHERE j.id = ANY (ids) AND j.state = i.state AND j.lease = i.lease
    ) AS settled, (
        -- Where somebody might want to hear of it; lines of a batch are told of as a whole. A look into an index for each job:
        -- of an EXISTS the planner might make a walk through everybody's endpoints.
        SELECT array_agg(h.id) FROM held h JOIN asked a ON a.job = h.id
        WHERE CASE
            WHEN a.webhook IS NOT NULL OR (
                SELECT true FROM webhook_endpoints e WHERE e.tenant = h.tenant AND e.enabled
                AND (e.events IS NULL OR NOT e.events <@ '{batch.completed,batch.failed,batch.expired,batch.cancelled}')
                LIMIT 1
            )
            THEN (SELECT q.batch IS NULL FROM queues q WHERE q.id = h.queue)
        END
    ) AS tells INTO done;

    IF EXISTS (SELECT 1 FROM model_pauses) THEN
        PERFORM end_pauses(ids);
    END IF;
    IF done.tells IS NOT NULL THEN
        heard := tell_jobs(done.tells, items);
    END IF;
    IF done.counted IS NOT NULL THEN
        PERFORM settle_quotas(done.counted);
    END IF;
    RETURN QUERY SELECT s.*, coalesce(s.job = ANY (heard), false) FROM unnest(done.settled) s;
END $$;
