-- SHA-256 of the hash before and of a row's fields. Each field has its length in bytes before it, so that two rows that
-- differ never read the same. millrace/audit/chain.py computes it by itself.
CREATE OR REPLACE FUNCTION audit_hash(previous bytea, fields text[]) RETURNS bytea LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
    SELECT sha256(previous || convert_to(string_agg(
        CASE WHEN f.value IS NULL THEN '-' ELSE octet_length(convert_to(f.value, 'UTF8')) || ':' || f.value END, ','
        ORDER BY f.place
    ), 'UTF8'))
    FROM unnest(fields) WITH ORDINALITY AS f (value, place)
$$;
