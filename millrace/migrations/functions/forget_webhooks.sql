-- Forgets events of more than 30 days ago, `most` of them, with their deliveries and attempts; and secrets that sign nothing any
-- more. How many events.
CREATE OR REPLACE FUNCTION forget_webhooks(most integer) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    -- The least UUIDv7 of that moment: ids are by age.
    youngest uuid := (
        lpad(to_hex((extract(epoch FROM now() - interval '30 days') * 1000)::bigint), 12, '0') || repeat('0', 20)
    )::uuid;
    forgotten bigint;
BEGIN
    WITH old AS MATERIALIZED (
        SELECT ARRAY(SELECT o.id FROM webhook_outbox o WHERE o.id < youngest ORDER BY o.id LIMIT most) AS ids
    ), events AS (
        DELETE FROM webhook_outbox o WHERE o.id = ANY ((SELECT ids FROM old)::uuid[]) RETURNING 1
    ), deliveries AS (
        DELETE FROM webhook_deliveries d WHERE d.event = ANY ((SELECT ids FROM old)::uuid[]) RETURNING d.id
    ), attempts AS (
        DELETE FROM webhook_attempts a WHERE a.delivery = ANY (ARRAY(SELECT d.id FROM deliveries d))
    )
    SELECT count(*) INTO forgotten FROM events;
    DELETE FROM webhook_secrets s WHERE s.expires_at < now();
    RETURN forgotten;
END $$;
