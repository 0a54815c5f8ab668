-- Rows of the audit log after a place, in the order of the chain: for whoever verifies it, across tenants.
CREATE OR REPLACE FUNCTION audit_block(after bigint, most integer) RETURNS SETOF audit_log LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.* FROM audit_log a WHERE a.seq > after ORDER BY a.seq LIMIT most
$$;
