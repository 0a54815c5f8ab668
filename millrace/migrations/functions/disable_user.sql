-- Disables an account, or lets it in again; whether there is one. Its sessions end with it, and its keys rest. With the owner's
-- rights, across tenants.
CREATE OR REPLACE FUNCTION disable_user(of_user uuid, disabled boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE users SET disabled_at = CASE WHEN disabled THEN coalesce(disabled_at, clock_timestamp()) END WHERE id = of_user;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF disabled THEN
        UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'disabled'
        WHERE user_id = of_user AND revoked_at IS NULL;
    END IF;
    RETURN true;
END $$;
