-- What a batch (all of them: NULL) has reserved and not handed to lines yet, by quota and period, in each quota's unit.
CREATE OR REPLACE FUNCTION batch_parts(of_batch uuid) RETURNS TABLE (quota uuid, period date, amount bigint)
LANGUAGE sql STABLE AS $$
    SELECT q.id, r.period,
        sum(CASE q.unit WHEN 'requests' THEN r.requests WHEN 'tokens' THEN r.tokens ELSE r.nanos END)::bigint
    FROM batch_reservations r CROSS JOIN LATERAL unnest(r.quotas) AS n (quota) JOIN quotas q ON q.id = n.quota
    WHERE of_batch IS NULL OR r.batch = of_batch GROUP BY 1, 2
$$;
