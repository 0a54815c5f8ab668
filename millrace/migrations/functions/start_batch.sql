-- Starts a validated batch: reserves for all its lines at once, from every quota that binds one of its models, and lets the
-- step insert them. False where it was cancelled or the step has lost its lease. Raises MR429 as reserve_quotas does.
--
-- `wanted`: [{model, requests, tokens, nanos}].
CREATE OR REPLACE FUNCTION start_batch(of_batch uuid, of_lease uuid, wanted json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    started batches;
    short record;
BEGIN
    UPDATE batches b SET state = 'in_progress', in_progress_at = clock_timestamp()
    WHERE b.id = of_batch AND b.step_lease = of_lease AND b.state = 'validating'
    RETURNING b.* INTO started;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO batch_reservations (batch, tenant, model, quotas, period, requests, tokens, nanos)
    SELECT of_batch, started.tenant, w.model, q.quotas,
        CASE WHEN q.quotas IS NOT NULL THEN date_trunc('month', now() AT TIME ZONE 'UTC')::date END, w.requests, w.tokens, w.nanos
    FROM json_to_recordset(wanted) AS w (model text, requests bigint, tokens bigint, nanos bigint)
    CROSS JOIN LATERAL (
        SELECT array_agg(q.id ORDER BY q.id) AS quotas FROM quotas q
        WHERE q.tenant = started.tenant AND (q.api_key IS NULL OR q.api_key = started.api_key)
        AND (q.model IS NULL OR q.model = w.model)
    ) q;

    INSERT INTO quota_balances (quota, tenant, period)
    SELECT p.quota, started.tenant, p.period FROM batch_parts(of_batch) p ORDER BY 1, 3
    ON CONFLICT DO NOTHING;
    WITH held AS MATERIALIZED (
        SELECT b.quota, b.period, b.used, b.reserved, q.unit, q.api_key, q.model, q.own, q.hard_limit, q.overage, p.amount
        FROM batch_parts(of_batch) p
        JOIN quota_balances b ON b.quota = p.quota AND b.period = p.period
        JOIN quotas q ON q.id = p.quota
        ORDER BY b.quota, b.period FOR UPDATE OF b
    ), taken AS (
        UPDATE quota_balances b SET reserved = b.reserved + h.amount
        FROM held h WHERE b.quota = h.quota AND b.period = h.period
    )
    SELECT h.unit, h.api_key, h.model, h.own, h.hard_limit, h.used, h.reserved, h.amount, h.period INTO short FROM held h
    WHERE NOT h.overage AND h.amount > 0 AND h.used + h.reserved + h.amount > h.hard_limit
    ORDER BY h.quota LIMIT 1;
    IF short.unit IS NOT NULL THEN
        RAISE EXCEPTION 'quota' USING ERRCODE = 'MR429', DETAIL = to_json(short)::text;
    END IF;
    RETURN true;
END $$;
