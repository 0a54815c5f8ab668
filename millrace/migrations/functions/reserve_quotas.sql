-- Reserves what these jobs may use, in the current month; refuses the whole group where one quota would be overrun.
CREATE OR REPLACE FUNCTION reserve_quotas(items json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    short record;
BEGIN
    PERFORM 1 FROM quotas t
    WHERE t.period = date_trunc('month', now())::date
    AND t.tenant IN (SELECT i.tenant FROM json_to_recordset(items) AS i (tenant uuid))
    ORDER BY t.tenant, t.period, t.unit FOR UPDATE;

    WITH wanted AS (
        SELECT j.tenant, j.quota_period AS period, count(*) AS requests, sum(j.reserved_tokens) AS tokens
        FROM jobs j
        -- Of this transaction: a job that an earlier try of ours made has its reservation already.
        WHERE j.id = ANY (ARRAY(SELECT i.id FROM json_to_recordset(items) AS i (id uuid)))
        AND j.xmin = pg_current_xact_id()::xid AND j.quota_period IS NOT NULL
        GROUP BY j.tenant, j.quota_period
    ), taken AS (
        UPDATE quotas t
        SET reserved = t.reserved + CASE t.unit WHEN 'requests' THEN w.requests ELSE w.tokens END
        FROM wanted w WHERE t.tenant = w.tenant AND t.period = w.period
        RETURNING t.unit, t.hard_limit, t.used + t.reserved AS spoken_for
    )
    SELECT taken.* INTO short FROM taken WHERE taken.spoken_for > taken.hard_limit LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'quota' USING ERRCODE = 'MR429', DETAIL = short.unit;
    END IF;
END $$;
