-- Inserts the jobs whose queues are there and whose keys are theirs: `matched` of them, those included that an earlier try
-- of the same call inserted. `woken`: the queues that got due work. `counted`: those that this call
-- inserted and that have a quota to reserve from. One with a `state` never waits: settle_jobs comes next (answer_jobs).
-- A line of a batch names the quotas from which the batch has reserved for it (insert_lines), and is not among the counted.
CREATE OR REPLACE FUNCTION insert_jobs(items json, OUT matched integer, OUT woken bigint[], OUT counted uuid[])
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    WITH i AS MATERIALIZED (
        SELECT x.*, q.id AS queue, make_interval(secs => x.delay) AS pause, coalesce(x.reserved_from, t.quotas) AS quotas,
            t.by_money
        FROM json_to_recordset(items) AS x (
            id uuid, tenant uuid, lane text, class smallint, model text, batch uuid, endpoint text, body text,
            stream boolean, metadata jsonb, key text, delay float8, deadline timestamptz, max_attempts smallint,
            cost float8, tokens bigint, output_tokens bigint, reply_to text, retry_of uuid,
            api_key uuid, user_id uuid, address text, prompt_hash text, store boolean, owner uuid, state text, cache_key text,
            route jsonb, webhook jsonb, background boolean, line integer, custom_id text, reserved_from uuid[],
            reserved_in date, reserved_nanos bigint, own_key boolean
        )
        JOIN queues q ON q.lane = x.lane AND q.tenant = x.tenant AND q.class = x.class AND q.model = x.model
            AND q.batch IS NOT DISTINCT FROM x.batch
        CROSS JOIN LATERAL (
            SELECT array_agg(t.id ORDER BY t.id) AS quotas, bool_or(t.unit = 'nanos') AS by_money FROM quotas t
            WHERE x.batch IS NULL AND t.tenant = x.tenant AND (t.api_key IS NULL OR t.api_key = x.api_key)
            AND (t.model IS NULL OR t.model = x.model)
        ) t
        WHERE x.key IS NULL OR EXISTS (
            SELECT 1 FROM idempotency_keys k WHERE k.tenant = x.tenant AND k.key = x.key AND k.job = x.id
        )
    ), made AS (
        INSERT INTO jobs AS j (
            id, tenant, queue, due, key, cost, max_attempts, run_after, deadline, reserved_tokens,
            quota_period, quotas, reserved_nanos, owner, state, batch, line
        )
        SELECT i.id, i.tenant, i.queue, i.pause IS NULL AND i.state IS NULL, coalesce(i.deadline, now() + implied_deadline(i.class)), i.cost,
            i.max_attempts, now() + i.pause, i.deadline, i.tokens,
            CASE WHEN i.quotas IS NOT NULL
                THEN coalesce(i.reserved_in, date_trunc('month', now() AT TIME ZONE 'UTC')::date)
            END, i.quotas, coalesce(i.reserved_nanos, CASE WHEN i.by_money AND i.own_key IS NOT TRUE THEN (
                SELECT p.nanos FROM job_price(
                    i.model, now(), 'succeeded', i.tokens - coalesce(i.output_tokens, 0), 0, coalesce(i.output_tokens, 0)
                ) p
            ) END, 0), i.owner, coalesce(i.state, 'queued'), i.batch, i.line
        FROM i
        ORDER BY i.id
        ON CONFLICT DO NOTHING
        RETURNING j.id, j.queue, j.key, j.due, j.quota_period, j.batch
    ), described AS (
        INSERT INTO job_requests (
            job, tenant, endpoint, model, body, stream, metadata, reply_to, retry_of, api_key, user_id, address,
            prompt_hash, store, cache_key, route, custom_id, webhook, background
        )
        SELECT i.id, i.tenant, i.endpoint, i.model, i.body, i.stream, i.metadata, i.reply_to, i.retry_of, i.api_key,
            i.user_id, i.address, i.prompt_hash, coalesce(i.store, true), i.cache_key, i.route, i.custom_id, i.webhook,
            coalesce(i.background, false)
        FROM i JOIN made USING (id)
    ), lowered AS (
        UPDATE queues q SET head = m.key
        FROM (SELECT made.queue, min(made.key) AS key FROM made WHERE made.due GROUP BY made.queue) m
        WHERE q.id = m.queue AND q.head > m.key
    )
    SELECT (SELECT count(*) FROM i), array_agg(DISTINCT made.queue) FILTER (WHERE made.due),
        array_agg(made.id) FILTER (WHERE made.quota_period IS NOT NULL AND made.batch IS NULL)
    INTO matched, woken, counted FROM made;
END $$;
