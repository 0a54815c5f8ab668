-- A tenant's usage in buckets of an hour, a day or a month (UTC) that begin at `since` or later, and before `until`. Each part
-- comes from the coarsest table that has it whole; the last two hours from the ledger itself, so that it is as of now.
CREATE OR REPLACE FUNCTION usage_between(of_tenant uuid, grain text, since timestamptz, until timestamptz) RETURNS TABLE (
    bucket timestamptz, api_key uuid, user_id uuid, model text, endpoint text, requests bigint, succeeded bigint, failed bigint,
    cached bigint, input_tokens bigint, output_tokens bigint, nanos bigint
) LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    live timestamptz := date_trunc('hour', now()) - interval '1 hour';
    today timestamptz := date_trunc('day', live);
    this_month timestamptz := date_trunc('month', live);
BEGIN
    RETURN QUERY
    SELECT m.month::timestamptz, m.api_key, m.user_id, m.model, m.endpoint, m.requests, m.succeeded, m.failed, m.cached,
        m.input_tokens, m.output_tokens, m.nanos
    FROM usage_by_month m
    WHERE grain = 'month' AND m.tenant = of_tenant AND m.month >= since::date AND m.month < least(until, this_month)::date
    UNION ALL
    SELECT date_trunc(grain, d.day::timestamptz), d.api_key, d.user_id, d.model, d.endpoint, d.requests, d.succeeded, d.failed,
        d.cached, d.input_tokens, d.output_tokens, d.nanos
    FROM usage_by_day d
    WHERE grain <> 'hour' AND d.tenant = of_tenant AND d.day < least(until, today)::date
    AND d.day >= (CASE grain WHEN 'month' THEN greatest(since, this_month) ELSE since END)::date
    UNION ALL
    SELECT date_trunc(grain, h.hour), h.api_key, h.user_id, h.model, h.endpoint, h.requests, h.succeeded, h.failed, h.cached,
        h.input_tokens, h.output_tokens, h.nanos
    FROM usage_by_hour h
    WHERE h.tenant = of_tenant AND h.hour < least(until, live)
    AND h.hour >= CASE grain WHEN 'hour' THEN since ELSE greatest(since, today) END
    UNION ALL
    SELECT date_trunc(grain, l.entered_at), l.api_key, l.user_id, l.model, l.endpoint, count(*),
        count(*) FILTER (WHERE l.outcome = 'succeeded'), count(*) FILTER (WHERE l.outcome = 'failed'),
        count(*) FILTER (WHERE l.cache IS NOT NULL), sum(l.input_tokens)::bigint, sum(l.output_tokens)::bigint,
        sum(l.nanos + l.overage_nanos)::bigint
    FROM ledger_entries l
    WHERE l.tenant = of_tenant AND l.entered_at >= greatest(since, live) AND l.entered_at < until
    GROUP BY 1, 2, 3, 4, 5;
END $$;
