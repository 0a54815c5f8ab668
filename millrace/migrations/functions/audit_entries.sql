-- A page of the audit log across tenants, newest first: for those who run the platform.
CREATE OR REPLACE FUNCTION audit_entries(
    of_tenant uuid, of_act text, of_actor text, of_target text, since timestamptz, until timestamptz, after uuid, most integer
) RETURNS SETOF audit_log LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.* FROM audit_log a
    WHERE (of_tenant IS NULL OR a.tenant = of_tenant) AND (of_act IS NULL OR a.act = of_act)
    AND (of_actor IS NULL OR a.actor = of_actor) AND (of_target IS NULL OR a.target = of_target)
    AND (since IS NULL OR a.at >= since) AND (until IS NULL OR a.at < until)
    AND (after IS NULL OR a.seq < (SELECT b.seq FROM audit_log b WHERE b.id = after))
    ORDER BY a.seq DESC LIMIT most
$$;
