-- Corrects a balance that has drifted, after an alert that keeps the figures; answers them as quota_drift does, or nothing
-- where it has not drifted.
--
-- First the lock, then the look, in a statement of its own: whoever moves this balance holds its lock until the commit. So
-- whatever moved it before is visible to the second statement, whole, and what will move it is not, not even in part.
CREATE OR REPLACE FUNCTION correct_balance(of_quota uuid, of_period date) RETURNS TABLE (
    quota uuid, tenant uuid, used bigint, reserved bigint, used_by_ledger bigint, reserved_by_jobs bigint
) LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    INSERT INTO quota_balances (quota, tenant, period)
    SELECT q.id, q.tenant, of_period FROM quotas q WHERE q.id = of_quota ON CONFLICT DO NOTHING;
    PERFORM 1 FROM quota_balances b WHERE b.quota = of_quota AND b.period = of_period FOR UPDATE;

    FOR found IN SELECT d.* FROM quota_drift(of_period, of_quota) d LOOP
        INSERT INTO alerts (kind, tenant, about, details)
        VALUES ('balance_drift', found.tenant, of_quota || ' ' || of_period, to_json(found)::text);
        UPDATE quota_balances b SET used = found.used_by_ledger, reserved = found.reserved_by_jobs
        WHERE b.quota = of_quota AND b.period = of_period;
        RETURN QUERY SELECT found.quota, found.tenant, found.used, found.reserved, found.used_by_ledger, found.reserved_by_jobs;
    END LOOP;
END $$;
