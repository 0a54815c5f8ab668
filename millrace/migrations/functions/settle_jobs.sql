-- The one way into a terminal state: state, result, ledger entry, quota and webhook in one transaction.
--
-- The fence: a running job is settled by whoever has its lease; a queued one by an item without a lease. Answers the ids
-- that this call settled, or that an earlier try of the same call had settled already.
CREATE OR REPLACE FUNCTION settle_jobs(items json)
RETURNS TABLE (job uuid, tenant uuid, attempt integer, reply_to text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    counted uuid[];
BEGIN
    RETURN QUERY
    WITH i AS MATERIALIZED (
        SELECT * FROM json_to_recordset(items) AS x (
            id uuid, lease uuid, state text, body text, error text, text text,
            input_tokens bigint, output_tokens bigint, estimated boolean
        )
    ), held AS MATERIALIZED (
        -- The end has an attempt's close for its number: one that waits in its queue gets a new attempt for it.
        SELECT i.*, j.tenant, j.attempt + (j.state = 'queued')::int AS attempt, j.state AS was, j.notify, j.process, j.started_at
        FROM i JOIN jobs j ON j.id = i.id
        WHERE (j.state = 'running' AND j.lease = i.lease) OR (j.state = 'queued' AND i.lease IS NULL)
        ORDER BY j.id FOR UPDATE OF j
    ), ended AS (
        UPDATE jobs j SET state = h.state, attempt = h.attempt, finished_at = clock_timestamp(), process = NULL
        FROM held h WHERE j.id = h.id
    ), kept AS (
        INSERT INTO job_results (job, body, error, text, input_tokens, output_tokens)
        SELECT h.id, h.body, h.error, h.text, coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0) FROM held h
    ), swept AS (
        DELETE FROM job_checkpoints c USING held h WHERE c.job = h.id AND h.text IS NOT NULL
    ), tried AS (
        INSERT INTO attempts (job, attempt, process, outcome, error, started_at)
        SELECT h.id, h.attempt, h.process, h.state, h.error, h.started_at
        FROM held h WHERE h.was = 'running' AND h.state <> 'succeeded'
    ), entered AS (
        INSERT INTO ledger_entries (job, tenant, model, outcome, input_tokens, output_tokens, estimated)
        SELECT h.id, h.tenant, r.model, h.state, coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0),
            coalesce(h.estimated, false)
        FROM held h JOIN job_requests r ON r.job = h.id
    ), told AS (
        INSERT INTO webhook_outbox (tenant, job, type)
        SELECT h.tenant, h.id, 'job.' || h.state FROM held h WHERE h.notify
    )
    SELECT j.id, j.tenant, coalesce(h.attempt, j.attempt), r.reply_to
    FROM i
    JOIN jobs j ON j.id = i.id
    JOIN job_requests r ON r.job = j.id
    LEFT JOIN held h ON h.id = j.id
    -- Settled now, or (as of before this statement) by an earlier try of the same call.
    WHERE h.id IS NOT NULL OR (j.state = i.state AND j.lease = i.lease);

    IF EXISTS (SELECT 1 FROM model_pauses) THEN
        -- It answered: it is back, and its next outage begins with a short pause again.
        DELETE FROM model_pauses p
        USING json_to_recordset(items) AS i (id uuid, state text), jobs j, queues q
        WHERE i.state = 'succeeded' AND j.id = i.id AND q.id = j.queue
        AND p.lane = q.lane AND p.model = q.model AND p.until <= clock_timestamp();
    END IF;

    SELECT array_agg(j.id) INTO counted
    FROM jobs j
    WHERE j.id IN (SELECT i.id FROM json_to_recordset(items) AS i (id uuid))
    AND j.quota_period IS NOT NULL AND j.xmin = pg_current_xact_id()::xid;
    IF counted IS NOT NULL THEN
        PERFORM settle_quotas(counted);
    END IF;
END $$;
