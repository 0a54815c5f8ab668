-- The targets that have deliveries waiting, due or not: an endpoint each, or a tenant for what its jobs and batches name. One
-- that is not `open` is an endpoint that is gone or disabled. It steps from target to target through the index, so it costs as
-- much as there are targets, however many deliveries wait.
CREATE OR REPLACE FUNCTION webhook_targets() RETURNS TABLE (target uuid, open boolean) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE walk (target) AS (
        (SELECT d.target FROM webhook_deliveries d WHERE d.state = 'pending' ORDER BY d.target LIMIT 1)
        UNION ALL
        SELECT (
            SELECT d.target FROM webhook_deliveries d
            WHERE d.state = 'pending' AND d.target > w.target ORDER BY d.target LIMIT 1
        ) FROM walk w WHERE w.target IS NOT NULL
    )
    SELECT w.target,
        EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = w.target AND e.enabled)
        OR EXISTS (SELECT 1 FROM tenants t WHERE t.id = w.target)
    FROM walk w WHERE w.target IS NOT NULL
$$;
