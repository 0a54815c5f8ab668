-- Enters jobs that count against quotas into the ledger, and turns their reservations into use, in the period written on each.
-- Quota rows are locked last, and in order. What goes beyond a hard limit that allows it costs that quota's rate besides.
CREATE OR REPLACE FUNCTION settle_quotas(entries ledger_entries[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT e.job FROM unnest(entries) e);
BEGIN
    PERFORM 1 FROM quota_balances b
    WHERE (b.quota, b.period) IN (SELECT n.quota, e.period FROM unnest(entries) e CROSS JOIN LATERAL unnest(e.quotas) AS n (quota))
    ORDER BY b.quota, b.period FOR UPDATE;

    WITH counted AS MATERIALIZED (
        -- A row for each job and quota, with what was used before it in this group.
        SELECT e.job, n.quota, e.period, q.unit, q.hard_limit, q.overage, q.overage_nanos, u.amount, r.reserved, b.used
            + sum(u.amount) OVER (PARTITION BY n.quota, e.period ORDER BY e.job) - u.amount AS before
        FROM unnest(entries) e
        CROSS JOIN LATERAL unnest(e.quotas) AS n (quota)
        JOIN quotas q ON q.id = n.quota
        JOIN quota_balances b ON b.quota = n.quota AND b.period = e.period
        JOIN jobs j ON j.id = e.job AND j.id = ANY (ids)
        CROSS JOIN LATERAL (SELECT CASE q.unit WHEN 'requests' THEN (e.outcome = 'succeeded')::int
            WHEN 'tokens' THEN e.input_tokens + e.output_tokens ELSE e.nanos END AS amount) u
        CROSS JOIN LATERAL (SELECT CASE q.unit WHEN 'requests' THEN 1
            WHEN 'tokens' THEN j.reserved_tokens ELSE j.reserved_nanos END AS reserved) r
    ), beyond AS MATERIALIZED (
        SELECT c.job, sum(least(c.amount, greatest(0, c.before + c.amount - c.hard_limit)) * c.overage_nanos)::bigint AS nanos
        FROM counted c WHERE c.overage AND c.hard_limit IS NOT NULL GROUP BY c.job
    ), moved AS (
        UPDATE quota_balances b SET used = b.used + s.amount, reserved = b.reserved - s.reserved
        FROM (
            SELECT c.quota, c.period, sum(c.reserved) AS reserved,
                sum(c.amount + CASE c.unit WHEN 'nanos' THEN coalesce(o.nanos, 0) ELSE 0 END) AS amount
            FROM counted c LEFT JOIN beyond o ON o.job = c.job GROUP BY 1, 2
        ) s
        WHERE b.quota = s.quota AND b.period = s.period
    )
    INSERT INTO ledger_entries (
        job, tenant, model, outcome, input_tokens, output_tokens, estimated, api_key, user_id, endpoint, cached_tokens,
        nanos, overage_nanos, cache, period, quotas
    )
    SELECT e.job, e.tenant, e.model, e.outcome, e.input_tokens, e.output_tokens, e.estimated, e.api_key, e.user_id,
        e.endpoint, e.cached_tokens, e.nanos, coalesce(o.nanos, 0), e.cache, e.period, e.quotas
    FROM unnest(entries) e LEFT JOIN beyond o ON o.job = e.job;
END $$;
