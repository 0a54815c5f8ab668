-- The key of this hash, if it is good now, with what its tenant allows. With the owner's rights: whoever presents a key is
-- not known yet.
CREATE OR REPLACE FUNCTION find_key(of_hash bytea) RETURNS TABLE (
    id uuid, tenant uuid, user_id uuid, scopes text[], tenant_scopes text[], models text[], tenant_models text[],
    operates boolean, tier text, key_tier text, requests_per_hour integer
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant, k.created_by, k.scopes, t.scopes, k.models, t.models, t.operates, t.tier, k.tier,
        k.requests_per_hour
    FROM api_keys k JOIN tenants t ON t.id = k.tenant
    WHERE k.hash = of_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
    AND t.suspended_at IS NULL
$$;
