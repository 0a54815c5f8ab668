-- Voids what is cached of a tenant (NULL: of every one) and of a model (NULL: of every one); the keys of what was there. With the
-- owner's rights: the API asks it for the caller's own tenant, or for an operator.
CREATE OR REPLACE FUNCTION purge_caches(of_tenant uuid, of_model text) RETURNS SETOF text LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO cache_purges (tenant, model, at)
    SELECT t.id, coalesce(of_model, ''), clock_timestamp() FROM tenants t WHERE of_tenant IS NULL OR t.id = of_tenant ORDER BY t.id
    ON CONFLICT (tenant, model) DO UPDATE SET at = excluded.at;
    DELETE FROM cache_meanings m
    WHERE (of_tenant IS NULL OR m.tenant = of_tenant) AND (of_model IS NULL OR m.model = of_model);
    -- In the order in which settle_jobs writes them.
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT e.key, e.tenant FROM cache_entries e
        WHERE (of_tenant IS NULL OR e.tenant = of_tenant) AND (of_model IS NULL OR e.model = of_model)
        ORDER BY e.key FOR UPDATE
    )
    DELETE FROM cache_entries e USING held h WHERE e.key = h.key AND e.tenant = h.tenant RETURNING e.key;
END $$;
