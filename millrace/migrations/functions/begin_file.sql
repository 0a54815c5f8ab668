-- Begins an upload, unless the tenant stores too many bytes already, with these, or uploads too many files: how many bytes it
-- stores, and whether it was begun. Bears being sent again.
CREATE OR REPLACE FUNCTION begin_file(
    of_tenant uuid, of_id uuid, sealed_key text, at text, by_key uuid, by_user uuid,
    lease float8, announced bigint, most_bytes bigint, most_uploads integer,
    OUT stored bigint, OUT begun boolean
) LANGUAGE plpgsql AS $$
BEGIN
    stored := coalesce((SELECT t.bytes FROM file_totals t WHERE t.tenant = of_tenant), 0);
    begun := (most_bytes IS NULL OR stored + announced <= most_bytes) AND (most_uploads IS NULL OR most_uploads > (
        SELECT count(*) FROM files f
        WHERE f.tenant = of_tenant AND f.state = 'uploading' AND f.sweep_at > clock_timestamp() AND f.id <> of_id
    ));
    IF begun THEN
        INSERT INTO files (id, tenant, state, key, blob, api_key, user_id, sweep_at)
        VALUES (of_id, of_tenant, 'uploading', sealed_key, at, by_key, by_user, clock_timestamp() + make_interval(secs => lease))
        ON CONFLICT (id) DO NOTHING;
    END IF;
END $$;
