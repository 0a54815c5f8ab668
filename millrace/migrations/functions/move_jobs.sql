-- Waiting jobs go to other models, each into the queue of its own tenant, class and batch in that model's lane.
--
-- An item: id, the model it must still be waiting for (`since`), the model, its lane, and the route as it is now. A job that is
-- not there any more is passed over; the others are answered with their lane. What is reserved from quotas moves along. The
-- cache's key is dropped: another model's answer must not be kept under it.
CREATE OR REPLACE FUNCTION move_jobs(items json)
RETURNS TABLE (job uuid, lane text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    ids uuid[];
    places json;
    woken bigint[];
BEGIN
    SELECT array_agg(h.id), json_agg(h) INTO ids, places FROM (
        SELECT j.id, j.tenant, i.lane, q.class, i.model, q.batch, i.route
        FROM json_to_recordset(items) AS i (id uuid, since text, model text, lane text, route jsonb)
        JOIN jobs j ON j.id = i.id
        JOIN queues q ON q.id = j.queue
        WHERE j.id = ANY (ARRAY(SELECT x.id FROM json_to_recordset(items) AS x (id uuid)))
        AND j.state = 'queued' AND q.model = i.since
        ORDER BY j.id FOR UPDATE OF j
    ) h;
    IF ids IS NULL THEN
        RETURN;
    END IF;
    PERFORM make_queues(places);

    WITH p AS MATERIALIZED (
        SELECT x.*, q.id AS queue
        FROM json_to_recordset(places) AS x (
            id uuid, tenant uuid, lane text, class smallint, model text, batch uuid, route jsonb
        )
        JOIN queues q ON q.lane = x.lane AND q.tenant = x.tenant AND q.class = x.class AND q.model = x.model
            AND q.batch IS NOT DISTINCT FROM x.batch
    ), moved AS (
        UPDATE jobs j SET queue = p.queue FROM p WHERE j.id = p.id AND j.id = ANY (ids)
        RETURNING j.id, j.queue, j.key, j.due
    ), renamed AS (
        UPDATE job_requests r SET model = p.model, route = p.route, cache_key = NULL
        FROM p WHERE r.job = p.id AND r.job = ANY (ids)
    ), lowered AS (
        UPDATE queues q SET head = m.key
        FROM (SELECT moved.queue, min(moved.key) AS key FROM moved WHERE moved.due GROUP BY moved.queue) m
        WHERE q.id = m.queue AND q.head > m.key
    )
    SELECT array_agg(DISTINCT moved.queue) FILTER (WHERE moved.due) INTO woken FROM moved;
    IF woken IS NOT NULL THEN
        PERFORM wake_queues(woken);
    END IF;
    PERFORM move_quotas(ids);
    RETURN QUERY SELECT j.id, q.lane FROM jobs j JOIN queues q ON q.id = j.queue WHERE j.id = ANY (ids);
END $$;
