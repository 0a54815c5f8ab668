-- Writes the idempotency keys of these jobs; how many of them had been written for another job before.
CREATE OR REPLACE FUNCTION claim_keys(items json) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    taken integer;
BEGIN
    INSERT INTO idempotency_keys AS k (tenant, key, request_hash, job)
    SELECT i.tenant, i.key, i.hash, i.id
    FROM json_to_recordset(items) AS i (id uuid, tenant uuid, key text, hash text)
    WHERE i.key IS NOT NULL
    ORDER BY i.tenant, i.key
    ON CONFLICT DO NOTHING;

    -- A statement of its own: it sees the rows that the first one waited for.
    SELECT count(*) INTO taken
    FROM json_to_recordset(items) AS i (id uuid, tenant uuid, key text)
    JOIN idempotency_keys k ON k.tenant = i.tenant AND k.key = i.key AND k.job <> i.id;
    RETURN taken;
END $$;
