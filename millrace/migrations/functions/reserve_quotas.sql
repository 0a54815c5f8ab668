-- Reserves what these jobs may use, in the current month; refuses the whole group where one quota would be overrun, and says
-- which as JSON.
CREATE OR REPLACE FUNCTION reserve_quotas(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    short record;
BEGIN
    INSERT INTO quota_balances (quota, tenant, period)
    SELECT DISTINCT n.quota, j.tenant, j.quota_period FROM jobs j CROSS JOIN LATERAL unnest(j.quotas) AS n (quota)
    WHERE j.id = ANY (ids) AND NOT EXISTS (
        SELECT 1 FROM quota_balances b WHERE b.quota = n.quota AND b.period = j.quota_period
    )
    ORDER BY 1, 3 ON CONFLICT DO NOTHING;

    PERFORM 1 FROM quota_balances b
    WHERE (b.quota, b.period) IN (
        SELECT n.quota, j.quota_period FROM jobs j CROSS JOIN LATERAL unnest(j.quotas) AS n (quota) WHERE j.id = ANY (ids)
    )
    ORDER BY b.quota, b.period FOR UPDATE;

    WITH wanted AS (
        SELECT n.quota, j.quota_period AS period, count(*) AS requests, sum(j.reserved_tokens) AS tokens,
            sum(j.reserved_nanos) AS nanos
        FROM jobs j CROSS JOIN LATERAL unnest(j.quotas) AS n (quota)
        -- Of this transaction: a job that an earlier try of ours made has its reservation already.
        WHERE j.id = ANY (ids) AND j.xmin = pg_current_xact_id()::xid
        GROUP BY 1, 2
    ), taken AS (
        UPDATE quota_balances b
        SET reserved = b.reserved + CASE q.unit WHEN 'requests' THEN w.requests WHEN 'tokens' THEN w.tokens ELSE w.nanos END
        FROM wanted w JOIN quotas q ON q.id = w.quota
        WHERE b.quota = w.quota AND b.period = w.period
        RETURNING q.unit, q.api_key, q.model, q.hard_limit, q.overage, b.used, b.reserved
    )
    SELECT taken.* INTO short FROM taken
    WHERE NOT taken.overage AND taken.used + taken.reserved > taken.hard_limit LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'quota' USING ERRCODE = 'MR429', DETAIL = to_json(short)::text;
    END IF;
END $$;
