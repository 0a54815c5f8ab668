-- Tenants whose names start so, oldest first: for those who run the platform. With the owner's rights, across tenants.
CREATE OR REPLACE FUNCTION list_tenants(prefix text, after uuid, at_most integer) RETURNS TABLE (
    id uuid, name text, tier text, weight float8, scopes text[], models text[], operates boolean, created_at timestamptz,
    suspended_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.id, t.name, t.tier, t.weight, t.scopes, t.models, t.operates, t.created_at, t.suspended_at FROM tenants t
    WHERE starts_with(lower(t.name), lower(prefix)) AND (after IS NULL OR t.id > after)
    ORDER BY t.id LIMIT at_most
$$;
