-- The balances of a period (of one quota, where it is named) that are not what the ledger and the unfinished jobs say.
--
-- One statement, one snapshot: every transaction that moves a balance writes the job or the entry that it moves it for, so a
-- snapshot sees both or neither. No lock is needed to look.
CREATE OR REPLACE FUNCTION quota_drift(of_period date, of_quota uuid DEFAULT NULL) RETURNS TABLE (
    quota uuid, tenant uuid, used bigint, reserved bigint, used_by_ledger bigint, reserved_by_jobs bigint
) LANGUAGE sql STABLE AS $$
    WITH entered AS (
        SELECT q.id, sum(
            quota_use(q.unit, l.outcome, l.cache, l.input_tokens, l.output_tokens, l.nanos + l.overage_nanos)
        )::bigint AS used
        FROM ledger_entries l CROSS JOIN LATERAL unnest(l.quotas) AS n (quota) JOIN quotas q ON q.id = n.quota
        WHERE l.period = of_period AND (of_quota IS NULL OR q.id = of_quota) GROUP BY 1
    ), unfinished AS (
        -- Three parts, since each has an index.
        SELECT j.quotas, j.reserved_tokens, j.reserved_nanos FROM jobs j
        WHERE j.state = 'running' AND j.quota_period = of_period
        UNION ALL
        SELECT j.quotas, j.reserved_tokens, j.reserved_nanos FROM jobs j
        WHERE j.state = 'queued' AND j.due AND j.quota_period = of_period
        UNION ALL
        SELECT j.quotas, j.reserved_tokens, j.reserved_nanos FROM jobs j
        WHERE j.state = 'queued' AND NOT j.due AND j.quota_period = of_period
    ), held AS (
        SELECT p.id, sum(p.amount)::bigint AS reserved FROM (
            SELECT q.id, quota_share(q.unit, u.reserved_tokens, u.reserved_nanos) AS amount
            FROM unfinished u CROSS JOIN LATERAL unnest(u.quotas) AS n (quota) JOIN quotas q ON q.id = n.quota
            UNION ALL
            -- Lines of batches that are no jobs yet.
            SELECT b.quota, b.amount FROM batch_parts(NULL) b WHERE b.period = of_period
        ) p
        WHERE of_quota IS NULL OR p.id = of_quota GROUP BY 1
    )
    SELECT q.id, q.tenant, coalesce(b.used, 0), coalesce(b.reserved, 0), coalesce(e.used, 0), coalesce(h.reserved, 0)
    FROM quotas q
    LEFT JOIN quota_balances b ON b.quota = q.id AND b.period = of_period
    LEFT JOIN entered e ON e.id = q.id
    LEFT JOIN held h ON h.id = q.id
    WHERE (of_quota IS NULL OR q.id = of_quota) AND (coalesce(b.used, 0), coalesce(b.reserved, 0))
        IS DISTINCT FROM (coalesce(e.used, 0), coalesce(h.reserved, 0))
$$;
