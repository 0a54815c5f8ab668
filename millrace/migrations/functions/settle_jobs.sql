-- The one way into a terminal state: state, result, ledger entry, quota and webhook in one transaction.
--
-- The fence: a running job is settled by whoever has its lease; a queued one by an item without a lease. Answers the jobs
-- that this call settled, or that an earlier try of the same call had settled already.
--
-- Rows are looked up by `= ANY (ids)`: a plan made while the tables were small would walk them whole for a join alone.
CREATE OR REPLACE FUNCTION settle_jobs(items json)
RETURNS TABLE (job uuid, tenant uuid, attempt integer, reply_to text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT x.id FROM json_to_recordset(items) AS x (id uuid));
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
        SELECT i.*, j.tenant, j.attempt + (j.state = 'queued')::int AS attempt, j.state AS was, j.notify, j.process,
            j.started_at
        FROM i JOIN jobs j ON j.id = i.id
        WHERE j.id = ANY (ids)
        AND ((j.state = 'running' AND j.lease = i.lease) OR (j.state = 'queued' AND i.lease IS NULL))
        ORDER BY j.id FOR UPDATE OF j
    ), asked AS MATERIALIZED (
        SELECT r.job, r.model, r.reply_to FROM job_requests r WHERE r.job = ANY (ids)
    ), ended AS (
        UPDATE jobs j SET state = h.state, attempt = h.attempt, finished_at = clock_timestamp(), process = NULL
        FROM held h WHERE j.id = h.id AND j.id = ANY (ids)
    ), kept AS (
        INSERT INTO job_results (job, body, error, text, input_tokens, output_tokens)
        SELECT h.id, h.body, h.error, h.text, coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0) FROM held h
    ), swept AS (
        DELETE FROM job_checkpoints c USING held h WHERE c.job = h.id AND c.job = ANY (ids) AND h.text IS NOT NULL
    ), tried AS (
        INSERT INTO attempts (job, attempt, process, outcome, error, started_at)
        SELECT h.id, h.attempt, h.process, h.state, h.error, h.started_at
        FROM held h WHERE h.was = 'running' AND h.state <> 'succeeded'
    ), entered AS (
        INSERT INTO ledger_entries (job, tenant, model, outcome, input_tokens, output_tokens, estimated)
        SELECT h.id, h.tenant, a.model, h.state, coalesce(h.input_tokens, 0), coalesce(h.output_tokens, 0),
            coalesce(h.estimated, false)
        FROM held h JOIN asked a ON a.job = h.id
    ), told AS (
        INSERT INTO webhook_outbox (tenant, job, type)
        SELECT h.tenant, h.id, 'job.' || h.state FROM held h WHERE h.notify
    )
    SELECT h.id, h.tenant, h.attempt, a.reply_to FROM held h JOIN asked a ON a.job = h.id
    UNION ALL
    -- As of before this statement: settled by an earlier try of the same call, whose answer was lost.
    SELECT j.id, j.tenant, j.attempt, NULL
    FROM i JOIN jobs j ON j.id = i.id WHERE j.id = ANY (ids) AND j.state = i.state AND j.lease = i.lease;

    IF EXISTS (SELECT 1 FROM model_pauses) THEN
        PERFORM end_pauses(ids);
    END IF;

    SELECT array_agg(j.id) INTO counted
    FROM jobs j
    WHERE j.id = ANY (ids) AND j.quota_period IS NOT NULL AND j.xmin = pg_current_xact_id()::xid;
    IF counted IS NOT NULL THEN
        PERFORM settle_quotas(counted);
    END IF;
END $$;
