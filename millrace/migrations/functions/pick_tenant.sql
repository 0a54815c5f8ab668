-- The tenant that a user's session shall speak for: the one that is wanted, else the one that the last session spoke for,
-- else the first one joined. NULL where the user belongs to none such.
CREATE OR REPLACE FUNCTION pick_tenant(of_user uuid, wanted uuid, preferred uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT m.tenant FROM members m JOIN tenants t ON t.id = m.tenant
    WHERE m.user_id = of_user AND t.suspended_at IS NULL AND (wanted IS NULL OR m.tenant = wanted)
    ORDER BY m.tenant IS NOT DISTINCT FROM preferred DESC, m.created_at, m.tenant LIMIT 1
$$;
