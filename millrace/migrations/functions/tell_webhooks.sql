-- Writes events into the outbox, and for each a delivery to whoever wants to hear of it: its tenant's enabled endpoints of
-- that type, and its own `url`. To be called in the transaction in which what they tell of becomes true. An event that nobody
-- wants is not written; one that is there (by subject and type) is not written twice. Answers the subjects that are told of:
-- ring the lane `webhooks` after the commit, should there be any.
CREATE OR REPLACE FUNCTION tell_webhooks(events webhook_outbox[]) RETURNS uuid[] LANGUAGE plpgsql AS $$
DECLARE
    told uuid[];
BEGIN
    WITH e AS MATERIALIZED (
        SELECT * FROM unnest(events)
    ), wanted AS MATERIALIZED (
        SELECT e.id AS event, w.id AS endpoint
        FROM e JOIN webhook_endpoints w ON w.tenant = e.tenant AND w.enabled
        WHERE w.events IS NULL OR e.type = ANY (w.events)
        UNION ALL
        SELECT e.id, NULL FROM e WHERE e.url IS NOT NULL
    ), made AS (
        INSERT INTO webhook_outbox (id, tenant, type, subject, url, data, created_at)
        SELECT e.id, e.tenant, e.type, e.subject, e.url, e.data, e.created_at
        FROM e WHERE e.id IN (SELECT w.event FROM wanted w)
        ON CONFLICT ON CONSTRAINT webhook_outbox_subject_type_key DO NOTHING
        RETURNING id, tenant, subject
    ), put AS (
        INSERT INTO webhook_deliveries (id, tenant, event, endpoint)
        SELECT uuid7(), m.tenant, m.id, w.endpoint FROM made m JOIN wanted w ON w.event = m.id
    )
    SELECT array_agg(m.subject) INTO told FROM made m;
    RETURN told;
END $$;
