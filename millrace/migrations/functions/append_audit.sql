-- Appends rows to the audit log. With the owner's rights: nobody else may write there.
--
-- Appends take turns until their transactions end, so there is one chain, without gaps. A row that is there already (the
-- same id: a statement sent twice) is left alone.
CREATE OR REPLACE FUNCTION append_audit(items json) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    item record;
    place bigint;
    link bytea;
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(7201122);
    SELECT a.seq, a.hash INTO place, link FROM audit_log a ORDER BY a.seq DESC LIMIT 1;
    place := coalesce(place, 0);
    -- What the first row follows.
    link := coalesce(link, decode(repeat('00', 32), 'hex'));
    FOR item IN SELECT x.* FROM json_to_recordset(items) AS x (
        id uuid, tenant uuid, actor text, act text, target text, details text, address text
    ) LOOP
        CONTINUE WHEN EXISTS (SELECT 1 FROM audit_log a WHERE a.id = item.id);
        place := place + 1;
        moment := clock_timestamp();
        INSERT INTO audit_log AS a (seq, id, at, tenant, actor, act, target, details, address, previous, hash)
        VALUES (
            place, item.id, moment, item.tenant, item.actor, item.act, item.target, item.details, item.address, link,
            audit_hash(link, ARRAY[
                place::text, item.id::text, to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US'), item.tenant::text, item.actor,
                item.act, item.target, item.details, item.address
            ])
        )
        RETURNING a.hash INTO link;
    END LOOP;
END $$;
