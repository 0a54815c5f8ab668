-- Reserves what these jobs may use, in the period written on each; refuses the whole group where one quota would be overrun,
-- and says which as JSON. The caller has inserted the jobs in this very transaction, so none of them has reserved before.
CREATE OR REPLACE FUNCTION reserve_quotas(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    missing record;
    short record;
BEGIN
    LOOP
        -- Locked in order first, and read as of the lock; then changed. Nothing is locked while a balance is not there yet.
        WITH wanted AS MATERIALIZED (
            SELECT n.quota, j.quota_period AS period, count(*) AS requests, sum(j.reserved_tokens) AS tokens,
                sum(j.reserved_nanos) AS nanos
            FROM jobs j CROSS JOIN LATERAL unnest(j.quotas) AS n (quota)
            WHERE j.id = ANY (ids)
            GROUP BY 1, 2
        ), found AS MATERIALIZED (
            SELECT count(*) = count(b.quota) AS every_one
            FROM wanted w
            JOIN quotas q ON q.id = w.quota
            LEFT JOIN quota_balances b ON b.quota = w.quota AND b.period = w.period
        ), held AS MATERIALIZED (
            SELECT b.quota, b.period, b.used, b.reserved, q.unit, q.api_key, q.model, q.own, q.hard_limit, q.overage,
                CASE q.unit WHEN 'requests' THEN w.requests WHEN 'tokens' THEN w.tokens ELSE w.nanos END AS amount
            FROM wanted w
            JOIN quota_balances b ON b.quota = w.quota AND b.period = w.period
            JOIN quotas q ON q.id = w.quota
            WHERE (SELECT f.every_one FROM found f)
            ORDER BY b.quota, b.period FOR UPDATE OF b
        ), taken AS (
            UPDATE quota_balances b SET reserved = b.reserved + h.amount
            FROM held h WHERE b.quota = h.quota AND b.period = h.period
        )
        SELECT f.every_one, h.unit, h.api_key, h.model, h.own, h.hard_limit, h.used, h.reserved, h.amount, h.period
        INTO short FROM found f
        LEFT JOIN held h ON NOT h.overage AND h.amount > 0 AND h.used + h.reserved + h.amount > h.hard_limit
        ORDER BY h.quota LIMIT 1;
        EXIT WHEN short.every_one;

        -- A quota's first job of a month. One that was deleted this moment binds nobody any more.
        FOR missing IN
            SELECT DISTINCT n.quota, j.tenant, j.quota_period AS period
            FROM jobs j CROSS JOIN LATERAL unnest(j.quotas) AS n (quota)
            WHERE j.id = ANY (ids) AND NOT EXISTS (
                SELECT 1 FROM quota_balances b WHERE b.quota = n.quota AND b.period = j.quota_period
            )
            ORDER BY 1, 3
        LOOP
            BEGIN
                INSERT INTO quota_balances (quota, tenant, period) VALUES (missing.quota, missing.tenant, missing.period)
                ON CONFLICT DO NOTHING;
            EXCEPTION WHEN foreign_key_violation THEN
                NULL;
            END;
        END LOOP;
    END LOOP;

    IF short.unit IS NOT NULL THEN
        RAISE EXCEPTION 'quota' USING ERRCODE = 'MR429', DETAIL = to_json(short)::text;
    END IF;
END $$;
