-- Claims deliveries that are due, `most` of them, in a lease of so many seconds: each gets its next attempt, which is the
-- fence of what is recorded of it. What a sender that died had claimed is due again when the lease has run out.
--
-- Targets take turns: each gets `share` at the most, less what the caller is sending it already (`busy`: by target), in an
-- order that is drawn anew, so that neither many deliveries nor many slow endpoints keep others waiting. What is for an endpoint
-- that is gone or disabled is left to end_deliveries.
CREATE OR REPLACE FUNCTION claim_deliveries(most integer, share integer, busy jsonb, seconds float8)
RETURNS TABLE (
    delivery uuid, attempt integer, failures smallint, tenant uuid, endpoint uuid, url text, event uuid, type text, subject uuid,
    data jsonb, created_at timestamptz, secrets json
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH turns AS MATERIALIZED (
        SELECT t.target, greatest(0, share - coalesce((busy ->> t.target::text)::integer, 0)) AS room
        FROM webhook_targets() t WHERE t.open ORDER BY random()
    ), picked AS MATERIALIZED (
        SELECT d.id FROM turns t CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_deliveries d
            WHERE d.state = 'pending' AND d.target = t.target AND d.next_try <= now()
            ORDER BY d.next_try LIMIT t.room FOR UPDATE SKIP LOCKED
        ) d LIMIT most
    ), claimed AS (
        UPDATE webhook_deliveries d
        SET attempt = d.attempt + 1, next_try = clock_timestamp() + make_interval(secs => seconds)
        FROM picked p WHERE d.id = p.id AND d.id = ANY (ARRAY(SELECT p.id FROM picked p))
        RETURNING d.id, d.attempt, d.failures, d.tenant, d.endpoint, d.event
    )
    SELECT c.id, c.attempt, c.failures, c.tenant, c.endpoint, coalesce(e.url, o.url), o.id, o.type, o.subject, o.data,
        o.created_at, (
            SELECT json_agg(json_build_array(s.id, s.secret) ORDER BY s.id DESC) FROM webhook_secrets s
            WHERE s.tenant = c.tenant AND s.endpoint IS NOT DISTINCT FROM c.endpoint
            AND (s.expires_at IS NULL OR s.expires_at > now())
        )
    FROM claimed c
    JOIN webhook_outbox o ON o.id = c.event
    LEFT JOIN webhook_endpoints e ON e.id = c.endpoint;
END $$;
