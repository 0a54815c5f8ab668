-- Who a schedule acts for, as they may act now: its key, or the one that replaced it; else its user, as a member of the tenant.
-- `ended` says why they may not any more. With the owner's rights: workers, who see nothing of accounts, act in their name.
CREATE OR REPLACE FUNCTION find_author(of_tenant uuid, of_key uuid, of_user uuid) RETURNS TABLE (
    key uuid, user_id uuid, scopes text[], tenant_scopes text[], models text[], tenant_models text[], operates boolean,
    tier text, role text, custom text[], ended text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH RECURSIVE replaced AS (
        SELECT k.id, k.replaced_by, 0 AS steps FROM api_keys k WHERE k.id = of_key AND k.tenant = of_tenant
        UNION ALL
        SELECT k.id, k.replaced_by, r.steps + 1 FROM replaced r JOIN api_keys k ON k.id = r.replaced_by AND k.tenant = of_tenant
        WHERE r.steps < 1000
    )
    SELECT k.id, coalesce(k.created_by, of_user), k.scopes, t.scopes, k.models, t.models, t.operates, t.tier, m.role,
        r.permissions,
        CASE
            WHEN t.suspended_at IS NOT NULL THEN 'suspended'
            WHEN u.disabled_at IS NOT NULL THEN 'disabled'
            WHEN of_key IS NULL AND m.role IS NULL THEN 'left'
            WHEN of_key IS NOT NULL AND (k.id IS NULL OR k.revoked_at IS NOT NULL) THEN 'revoked'
            WHEN k.expires_at <= clock_timestamp() THEN 'expired'
        END
    FROM tenants t
    LEFT JOIN api_keys k ON k.id = (SELECT id FROM replaced ORDER BY steps DESC LIMIT 1)
    LEFT JOIN users u ON u.id = coalesce(k.created_by, of_user)
    LEFT JOIN members m ON m.tenant = t.id AND m.user_id = of_user AND of_key IS NULL
    LEFT JOIN roles r ON r.tenant = t.id AND r.name = m.role
    WHERE t.id = of_tenant
$$;
