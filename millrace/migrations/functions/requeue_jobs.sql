-- Running jobs go back to their queues: a retry, an outage, a hand-back, the death of their process.
--
-- An item says which counter it costs: failures and deaths are 0 or 1. One with a `model` goes to that model's queue in `lane`
-- instead, with `route` to say why. The fence is the lease. A job whose cancel is wanted does not go back: it is not among the
-- ids answered, and the caller settles it. Event numbers follow `attempt`, which only ever grows.
CREATE OR REPLACE FUNCTION requeue_jobs(items json)
RETURNS TABLE (job uuid, lane text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT x.id FROM json_to_recordset(items) AS x (id uuid));
    back uuid[];
    woken bigint[];
    moving json;
BEGIN
    WITH i AS MATERIALIZED (
        SELECT * FROM json_to_recordset(items) AS x (
            id uuid, lease uuid, outcome text, error text, failures smallint, deaths smallint, delay float8, model text,
            lane text, route json
        )
    ), held AS MATERIALIZED (
        SELECT i.*, j.tenant, j.attempt, j.process, j.started_at
        FROM i JOIN jobs j ON j.id = i.id
        WHERE j.id = ANY (ids) AND j.state = 'running' AND j.lease = i.lease AND NOT j.cancel_requested
        ORDER BY j.id FOR UPDATE OF j
    ), freed AS (
        UPDATE jobs j
        SET state = 'queued', lease = NULL, process = NULL, due = h.delay IS NULL,
            run_after = clock_timestamp() + make_interval(secs => h.delay),
            failures = j.failures + h.failures, deaths = j.deaths + h.deaths
        FROM held h WHERE j.id = h.id AND j.id = ANY (ids)
        RETURNING j.id, j.queue, j.key, j.due, h.model, h.lane, h.route
    ), tried AS (
        INSERT INTO attempts (job, tenant, attempt, process, outcome, error, started_at)
        SELECT h.id, h.tenant, h.attempt, h.process, h.outcome, h.error, h.started_at FROM held h
    ), lowered AS (
        UPDATE queues q SET head = f.key
        FROM (SELECT freed.queue, min(freed.key) AS key FROM freed GROUP BY freed.queue) f
        WHERE q.id = f.queue AND q.head > f.key
    )
    SELECT array_agg(freed.id), array_agg(DISTINCT freed.queue) FILTER (WHERE freed.due AND freed.model IS NULL),
        json_agg(json_build_object(
            'id', freed.id, 'since', q.model, 'model', freed.model, 'lane', freed.lane, 'route', freed.route
        )) FILTER (WHERE freed.model IS NOT NULL)
    INTO back, woken, moving FROM freed JOIN queues q ON q.id = freed.queue;

    IF woken IS NOT NULL THEN
        PERFORM wake_queues(woken);
    END IF;
    IF moving IS NOT NULL THEN
        PERFORM move_jobs(moving);
    END IF;
    RETURN QUERY
    SELECT j.id, q.lane FROM jobs j JOIN queues q ON q.id = j.queue WHERE j.id = ANY (back);
END $$;
