-- Makes hours from the ledger, days from hours, months from days: from `since` on, or from two hours before the last time,
-- whichever is earlier, so that nothing is missed while nobody called. Safe to repeat; several at once take turns.
--
-- An entry is dated by the begin of its transaction, which ends within the statement timeout: two hours are ample. Entries are
-- never changed, so a group only grows, and one that has not grown is not written again.
CREATE OR REPLACE FUNCTION roll_up(since timestamptz) RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    first timestamptz;
BEGIN
    INSERT INTO sweeps (name, ran_at) VALUES ('usage', '-infinity') ON CONFLICT DO NOTHING;
    SELECT date_trunc('hour', least(since, s.ran_at - interval '2 hours')) INTO first
    FROM sweeps s WHERE s.name = 'usage' FOR UPDATE;

    INSERT INTO usage_by_hour AS u (
        hour, tenant, api_key, user_id, model, endpoint, requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    )
    SELECT date_trunc('hour', l.entered_at), l.tenant, l.api_key, l.user_id, l.model, l.endpoint, count(*),
        count(*) FILTER (WHERE l.outcome = 'succeeded'), count(*) FILTER (WHERE l.outcome = 'failed'),
        count(*) FILTER (WHERE l.cache IS NOT NULL), sum(l.input_tokens), sum(l.output_tokens), sum(l.nanos + l.overage_nanos)
    FROM ledger_entries l WHERE l.entered_at >= first
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (tenant, hour, api_key, user_id, model, endpoint) DO UPDATE SET (
        requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    ) = (
        excluded.requests, excluded.succeeded, excluded.failed, excluded.cached, excluded.input_tokens,
        excluded.output_tokens, excluded.nanos
    ) WHERE excluded.requests > u.requests;

    INSERT INTO usage_by_day AS u (
        day, tenant, api_key, user_id, model, endpoint, requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    )
    SELECT h.hour::date, h.tenant, h.api_key, h.user_id, h.model, h.endpoint, sum(h.requests), sum(h.succeeded),
        sum(h.failed), sum(h.cached), sum(h.input_tokens), sum(h.output_tokens), sum(h.nanos)
    FROM usage_by_hour h WHERE h.hour >= date_trunc('day', first)
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (tenant, day, api_key, user_id, model, endpoint) DO UPDATE SET (
        requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    ) = (
        excluded.requests, excluded.succeeded, excluded.failed, excluded.cached, excluded.input_tokens,
        excluded.output_tokens, excluded.nanos
    ) WHERE excluded.requests > u.requests;

    INSERT INTO usage_by_month AS u (
        month, tenant, api_key, user_id, model, endpoint, requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    )
    SELECT date_trunc('month', d.day::timestamp)::date, d.tenant, d.api_key, d.user_id, d.model, d.endpoint, sum(d.requests),
        sum(d.succeeded), sum(d.failed), sum(d.cached), sum(d.input_tokens), sum(d.output_tokens), sum(d.nanos)
    FROM usage_by_day d WHERE d.day >= date_trunc('month', first)::date
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (tenant, month, api_key, user_id, model, endpoint) DO UPDATE SET (
        requests, succeeded, failed, cached, input_tokens, output_tokens, nanos
    ) = (
        excluded.requests, excluded.succeeded, excluded.failed, excluded.cached, excluded.input_tokens,
        excluded.output_tokens, excluded.nanos
    ) WHERE excluded.requests > u.requests;

    UPDATE sweeps SET ran_at = now() WHERE name = 'usage';
END $$;
