-- Where the owners of a tenant get their mail. With the owner's rights: workers, who see nothing of accounts, tell them of
-- soft limits that were crossed.
CREATE OR REPLACE FUNCTION owners_of(of_tenant uuid) RETURNS TABLE (email text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.email FROM members m JOIN users u ON u.id = m.user_id
    WHERE m.tenant = of_tenant AND m.role = 'owner' AND u.disabled_at IS NULL
$$;
