-- Makes an upload ready, whose blob is durable, unless its tenant would then store too many bytes: whether it is too much, and
-- its times. No row where the upload was given up meanwhile. Bears being sent again.
CREATE OR REPLACE FUNCTION finish_file(
    of_tenant uuid, of_id uuid, of_purpose text, sealed_name text, size bigint, hash text, life float8, most_bytes bigint
) RETURNS TABLE (full boolean, created timestamptz, expires timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    IF most_bytes IS NOT NULL THEN
        -- Two uploads that end together: each must see the other.
        PERFORM pg_advisory_xact_lock(hashtextextended('files of ' || of_tenant, 0));
        IF size + coalesce((SELECT t.bytes FROM file_totals t WHERE t.tenant = of_tenant), 0) > most_bytes
            AND EXISTS (SELECT FROM files f WHERE f.id = of_id AND f.tenant = of_tenant AND f.state = 'uploading') THEN
            RETURN QUERY SELECT true, NULL::timestamptz, NULL::timestamptz;
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    UPDATE files f SET state = 'ready', purpose = of_purpose, filename = sealed_name, bytes = size, sha256 = hash,
        expires_at = f.created_at + make_interval(secs => life), sweep_at = f.created_at + make_interval(secs => life)
    WHERE f.id = of_id AND f.tenant = of_tenant AND f.state IN ('uploading', 'ready')
    RETURNING false, f.created_at, f.expires_at;
END $$;
