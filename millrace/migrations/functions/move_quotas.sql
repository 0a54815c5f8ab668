-- What jobs have reserved follows them to the model that they wait for now: out of the quotas of the one before, into those of
-- this one, which refuse the whole group where one would be overrun (as reserve_quotas does). Quotas that fit both are kept,
-- and refuse nothing. Money is reserved anew, all tokens at the price of output: never too little.
CREATE OR REPLACE FUNCTION move_quotas(ids uuid[]) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    moving json;
    short record;
BEGIN
    SELECT json_agg(m) INTO moving FROM (
        SELECT j.id, j.tenant, j.reserved_tokens AS tokens, j.reserved_nanos AS was_nanos, j.quotas AS was, t.quotas AS now,
            coalesce(j.quota_period, date_trunc('month', now() AT TIME ZONE 'UTC')::date) AS period,
            coalesce(CASE WHEN t.by_money THEN (
                SELECT p.nanos FROM job_price(r.model, j.created_at, 'succeeded', 0, 0, j.reserved_tokens) p
            ) END, 0) AS now_nanos
        FROM jobs j
        JOIN job_requests r ON r.job = j.id
        CROSS JOIN LATERAL (
            SELECT array_agg(q.id ORDER BY q.id) AS quotas, bool_or(q.unit = 'nanos') AS by_money FROM quotas q
            WHERE q.tenant = j.tenant AND (q.api_key IS NULL OR q.api_key = r.api_key)
            AND (q.model IS NULL OR q.model = r.model)
        ) t
        WHERE j.id = ANY (ids)
    ) m WHERE m.was IS DISTINCT FROM m.now OR m.was_nanos <> m.now_nanos;
    IF moving IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO quota_balances (quota, tenant, period)
    SELECT DISTINCT n.quota, m.tenant, m.period
    FROM json_to_recordset(moving) AS m (tenant uuid, period date, now uuid[]) CROSS JOIN LATERAL unnest(m.now) AS n (quota)
    ORDER BY 1, 3 ON CONFLICT DO NOTHING;

    WITH m AS MATERIALIZED (
        SELECT * FROM json_to_recordset(moving) AS x (
            id uuid, tokens bigint, was_nanos bigint, was uuid[], now uuid[], period date, now_nanos bigint
        )
    ), changes AS (
        SELECT n.quota, m.period, n.quota <> ALL (coalesce(m.was, '{}')) AS added,
            quota_share(q.unit, m.tokens, m.now_nanos)
            - CASE WHEN n.quota = ANY (m.was) THEN quota_share(q.unit, m.tokens, m.was_nanos) ELSE 0 END AS amount
        FROM m CROSS JOIN LATERAL unnest(m.now) AS n (quota) JOIN quotas q ON q.id = n.quota
        UNION ALL
        SELECT n.quota, m.period, false, -quota_share(q.unit, m.tokens, m.was_nanos)
        FROM m CROSS JOIN LATERAL unnest(m.was) AS n (quota) JOIN quotas q ON q.id = n.quota
        WHERE n.quota <> ALL (coalesce(m.now, '{}'))
    ), held AS MATERIALIZED (
        SELECT b.quota, b.period, b.used, b.reserved, q.unit, q.api_key, q.model, q.own, q.hard_limit, q.overage, c.added,
            c.amount
        FROM (
            SELECT changes.quota, changes.period, bool_or(changes.added) AS added, sum(changes.amount)::bigint AS amount
            FROM changes GROUP BY 1, 2
        ) c
        JOIN quota_balances b ON b.quota = c.quota AND b.period = c.period
        JOIN quotas q ON q.id = c.quota
        ORDER BY b.quota, b.period FOR UPDATE OF b
    ), taken AS (
        UPDATE quota_balances b SET reserved = b.reserved + h.amount
        FROM held h WHERE b.quota = h.quota AND b.period = h.period
    ), noted AS (
        UPDATE jobs j SET quotas = m.now, reserved_nanos = m.now_nanos, quota_period = CASE WHEN m.now IS NOT NULL THEN m.period END
        FROM m WHERE j.id = m.id AND j.id = ANY (ids)
    )
    SELECT h.unit, h.api_key, h.model, h.own, h.hard_limit, h.used, h.reserved, h.amount, h.period INTO short
    FROM held h
    WHERE h.added AND NOT h.overage AND h.amount > 0 AND h.used + h.reserved + h.amount > h.hard_limit
    ORDER BY h.quota LIMIT 1;
    IF short.unit IS NOT NULL THEN
        RAISE EXCEPTION 'quota' USING ERRCODE = 'MR429', DETAIL = to_json(short)::text;
    END IF;
END $$;
