-- Makes the monthly quotas of all tenants of a tier what it says now: apply_tier_quota for many, without a lock a tenant. Call
-- it in the transaction that changed the tier: a tenant that moves into it waits for that, and one that moves out of it is
-- waited for here. With the owner's rights: the API sees no tenant whom it does not name.
CREATE OR REPLACE FUNCTION apply_tier_quotas(of_tier_named text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM tenants t WHERE t.tier = of_tier_named ORDER BY t.id FOR SHARE;

    DELETE FROM quotas q USING tenants t, tiers r
    WHERE t.tier = of_tier_named AND r.name = t.tier AND r.requests_per_month IS NULL AND q.tenant = t.id AND q.of_tier;

    UPDATE quotas q SET hard_limit = r.requests_per_month FROM tenants t JOIN tiers r ON r.name = t.tier
    WHERE t.tier = of_tier_named AND q.tenant = t.id AND q.of_tier AND q.hard_limit IS DISTINCT FROM r.requests_per_month;

    INSERT INTO quotas (tenant, unit, hard_limit, of_tier)
    SELECT t.id, 'requests', r.requests_per_month, true FROM tenants t JOIN tiers r ON r.name = t.tier
    WHERE t.tier = of_tier_named AND r.requests_per_month IS NOT NULL ORDER BY t.id
    ON CONFLICT DO NOTHING;
END $$;
