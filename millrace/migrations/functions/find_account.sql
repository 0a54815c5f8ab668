-- The account of an address. With the owner's rights: whoever signs in is not known yet.
CREATE OR REPLACE FUNCTION find_account(of_email_key text) RETURNS TABLE (
    id uuid, email text, username text, password_hash text, password_changed_at timestamptz, verified boolean,
    disabled boolean, created_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.email, u.username, u.password_hash, u.password_changed_at, u.verified_at IS NOT NULL,
        u.disabled_at IS NOT NULL, u.created_at
    FROM users u WHERE u.email_key = of_email_key
$$;
