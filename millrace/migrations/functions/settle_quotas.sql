-- Turns reservations into use, in the period written on each job. Quota rows are locked last, and in order.
CREATE OR REPLACE FUNCTION settle_quotas(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM quotas t
    WHERE (t.tenant, t.period) IN (SELECT j.tenant, j.quota_period FROM jobs j WHERE j.id = ANY (ids))
    ORDER BY t.tenant, t.period, t.unit FOR UPDATE;

    UPDATE quotas t
    SET used = t.used + CASE t.unit WHEN 'requests' THEN s.requests ELSE s.tokens END,
        reserved = t.reserved - CASE t.unit WHEN 'requests' THEN s.reserved_requests ELSE s.reserved_tokens END
    FROM (
        SELECT j.tenant, j.quota_period AS period, count(*) FILTER (WHERE j.state = 'succeeded') AS requests,
            sum(e.input_tokens + e.output_tokens) AS tokens, count(*) AS reserved_requests,
            sum(j.reserved_tokens) AS reserved_tokens
        FROM jobs j JOIN ledger_entries e ON e.job = j.id
        WHERE j.id = ANY (ids) GROUP BY j.tenant, j.quota_period
    ) s
    WHERE t.tenant = s.tenant AND t.period = s.period;
END $$;
