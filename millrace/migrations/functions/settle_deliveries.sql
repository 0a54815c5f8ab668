-- Records what came of tries: into the log, and on their deliveries, which end (`delivered`, `failed`) or are due again after
-- `delay` seconds. The fence is the attempt; sent again, it finds the try in the log and changes nothing.
--
-- An endpoint that answered 410 (`gone`) is disabled, and so is one where nothing has succeeded for a week. Answers those.
-- Locks deliveries, then endpoints, each in order; of endpoints only those that change.
CREATE OR REPLACE FUNCTION settle_deliveries(items json)
RETURNS TABLE (endpoint uuid, tenant uuid, reason text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    ids uuid[] := ARRAY(SELECT x.id FROM json_to_recordset(items) AS x (id uuid));
    changing uuid[];
    went json;
BEGIN
    WITH i AS MATERIALIZED (
        SELECT * FROM json_to_recordset(items) AS x (
            id uuid, attempt integer, state text, delay float8, gone boolean, status smallint, error text, response text,
            seconds float8
        )
    ), held AS MATERIALIZED (
        SELECT i.*, d.tenant, d.endpoint, d.attempt = i.attempt AND d.state = 'pending' AS ours
        FROM i JOIN webhook_deliveries d ON d.id = i.id
        WHERE d.id = ANY (ids)
        AND NOT EXISTS (SELECT 1 FROM webhook_attempts a WHERE a.delivery = i.id AND a.attempt = i.attempt)
        ORDER BY d.id FOR UPDATE OF d
    ), logged AS (
        INSERT INTO webhook_attempts (delivery, attempt, tenant, status, error, response, seconds, at)
        SELECT h.id, h.attempt, h.tenant, h.status, h.error, h.response, h.seconds,
            clock_timestamp() - make_interval(secs => h.seconds)
        FROM held h
        ON CONFLICT DO NOTHING
    ), moved AS (
        UPDATE webhook_deliveries d
        SET state = h.state,
            failures = d.failures + (h.state <> 'delivered')::integer,
            next_try = CASE h.state WHEN 'pending' THEN clock_timestamp() + make_interval(secs => h.delay) ELSE d.next_try END,
            finished_at = CASE WHEN h.state <> 'pending' THEN clock_timestamp() END
        FROM held h WHERE d.id = h.id AND d.id = ANY (ids) AND h.ours
    )
    SELECT json_agg(s) INTO went FROM (
        SELECT h.endpoint, bool_or(h.state = 'delivered') AS well, bool_or(h.gone) AS gone
        FROM held h WHERE h.endpoint IS NOT NULL GROUP BY h.endpoint
    ) s;

    -- While all goes well, nothing of an endpoint changes.
    SELECT array_agg(e.id ORDER BY e.id) INTO changing
    FROM json_to_recordset(went) AS w (endpoint uuid, well boolean, gone boolean)
    JOIN webhook_endpoints e ON e.id = w.endpoint AND e.enabled
    WHERE w.gone OR (w.well = (e.failing_since IS NOT NULL)) OR e.failing_since <= now() - interval '7 days';
    IF changing IS NULL THEN
        RETURN;
    END IF;
    PERFORM 1 FROM webhook_endpoints e WHERE e.id = ANY (changing) ORDER BY e.id FOR UPDATE;
    RETURN QUERY
    WITH changed AS (
        UPDATE webhook_endpoints e
        SET failing_since = CASE WHEN NOT w.well THEN coalesce(e.failing_since, now()) END,
            enabled = v.reason IS NULL,
            reason = v.reason,
            disabled_at = CASE WHEN v.reason IS NOT NULL THEN now() END
        FROM json_to_recordset(went) AS w (endpoint uuid, well boolean, gone boolean)
        JOIN webhook_endpoints b ON b.id = w.endpoint
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN w.gone THEN 'gone'
                WHEN NOT w.well AND b.failing_since <= now() - interval '7 days' THEN 'failing'
            END AS reason
        ) v
        WHERE e.id = w.endpoint AND e.id = ANY (changing) AND e.enabled
        RETURNING e.id, e.tenant, e.reason
    )
    SELECT c.id, c.tenant, c.reason FROM changed c WHERE c.reason IS NOT NULL;
END $$;
