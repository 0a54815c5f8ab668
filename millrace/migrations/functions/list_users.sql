-- Accounts whose addresses start so, oldest first: for those who run the platform. With the owner's rights, across tenants.
CREATE OR REPLACE FUNCTION list_users(prefix text, after uuid, at_most integer) RETURNS TABLE (
    id uuid, email text, username text, verified boolean, created_at timestamptz, disabled_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.email, u.username, u.verified_at IS NOT NULL, u.created_at, u.disabled_at FROM users u
    WHERE starts_with(u.email_key, lower(prefix)) AND (after IS NULL OR u.id > after)
    ORDER BY u.id LIMIT at_most
$$;
