-- Enters jobs that count against quotas into the ledger, and turns their reservations into use, in the period written on each.
-- Quota rows are locked last, and in order. What goes beyond a hard limit that allows it costs that quota's rate besides,
-- unless the tenant paid the vendor itself. A quota that was deleted meanwhile, and its balance with it, is passed over.
CREATE OR REPLACE FUNCTION settle_quotas(entries ledger_entries[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[] := ARRAY(SELECT e.job FROM unnest(entries) e);
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT e.job, n.quota, e.period, e.outcome, e.cache, e.input_tokens, e.output_tokens, e.nanos, e.own_key
        FROM unnest(entries) e CROSS JOIN LATERAL unnest(e.quotas) AS n (quota)
    ), held AS MATERIALIZED (
        -- `used` is read as of the lock.
        SELECT b.quota, b.period, b.used, q.unit, q.hard_limit, q.overage, q.overage_nanos
        FROM (SELECT DISTINCT a.quota, a.period FROM asked a) d
        JOIN quota_balances b ON b.quota = d.quota AND b.period = d.period
        JOIN quotas q ON q.id = d.quota
        ORDER BY b.quota, b.period FOR UPDATE OF b
    ), counted AS MATERIALIZED (
        SELECT a.job, a.own_key, h.quota, h.period, h.unit, h.hard_limit, h.overage, h.overage_nanos, h.used,
            quota_use(h.unit, a.outcome, a.cache, a.input_tokens, a.output_tokens, a.nanos) AS amount,
            quota_share(h.unit, j.reserved_tokens, j.reserved_nanos) AS reserved
        FROM asked a
        JOIN held h ON h.quota = a.quota AND h.period = a.period
        JOIN jobs j ON j.id = a.job AND j.id = ANY (ids)
    ), beyond AS MATERIALIZED (
        -- Within this group one job comes after the other.
        SELECT c.job, sum(least(c.amount, greatest(0, c.after - c.hard_limit)) * c.overage_nanos)::bigint AS nanos
        FROM (
            SELECT d.*, d.used + sum(d.amount) OVER (PARTITION BY d.quota, d.period ORDER BY d.job) AS after FROM counted d
        ) c
        WHERE c.overage AND c.overage_nanos > 0 AND c.hard_limit IS NOT NULL AND NOT c.own_key GROUP BY c.job
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
        nanos, overage_nanos, cache, period, quotas, own_key
    )
    SELECT e.job, e.tenant, e.model, e.outcome, e.input_tokens, e.output_tokens, e.estimated, e.api_key, e.user_id,
        e.endpoint, e.cached_tokens, e.nanos, coalesce(o.nanos, 0), e.cache, e.period, e.quotas, e.own_key
    FROM unnest(entries) e LEFT JOIN beyond o ON o.job = e.job;
END $$;
