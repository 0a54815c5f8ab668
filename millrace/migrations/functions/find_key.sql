-- The key of this hash, with what its tenant allows; `ended` says why it is good no more. A key's tier is shown where it is less
-- than its tenant's. With the owner's rights: whoever presents a key is not known yet.
CREATE OR REPLACE FUNCTION find_key(of_hash bytea) RETURNS TABLE (
    id uuid, tenant uuid, user_id uuid, scopes text[], tenant_scopes text[], models text[], tenant_models text[],
    operates boolean, tier text, key_tier text, requests_per_hour integer, ended text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.tenant, k.created_by, k.scopes, t.scopes, k.models, t.models, t.operates, t.tier,
        CASE WHEN own.rank < its.rank THEN k.tier END, k.requests_per_hour,
        CASE
            WHEN k.revoked_at IS NOT NULL THEN 'revoked'
            WHEN k.expires_at <= clock_timestamp() THEN 'expired'
            WHEN t.suspended_at IS NOT NULL THEN 'suspended'
            WHEN u.disabled_at IS NOT NULL THEN 'disabled'
        END
    FROM api_keys k JOIN tenants t ON t.id = k.tenant JOIN tiers its ON its.name = t.tier
    LEFT JOIN tiers own ON own.name = k.tier
    LEFT JOIN users u ON u.id = k.created_by
    WHERE k.hash = of_hash
$$;
