-- A session that is good now: whose it is, the tenant that it speaks for, and what its user may do there. With the owner's
-- rights: whoever presents a token is not known yet.
CREATE OR REPLACE FUNCTION find_session(of_id uuid) RETURNS TABLE (
    user_id uuid, tenant uuid, role text, custom text[], operates boolean, tenant_scopes text[], models text[], tier text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.user_id, s.tenant, m.role, r.permissions, t.operates, t.scopes, t.models, t.tier
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    JOIN members m ON m.tenant = s.tenant AND m.user_id = s.user_id
    JOIN tenants t ON t.id = s.tenant
    LEFT JOIN roles r ON r.tenant = s.tenant AND r.name = m.role
    WHERE s.id = of_id AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
    AND u.disabled_at IS NULL AND t.suspended_at IS NULL
$$;
