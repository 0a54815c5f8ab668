-- For users of the earlier systems: each quota with what is used of it and reserved, by month.
CREATE OR REPLACE VIEW monthly_quotas WITH (security_invoker = true) AS
SELECT q.tenant, b.period, q.unit, q.hard_limit AS "limit", b.used, b.reserved, q.api_key, q.model, q.soft_limit
FROM quotas q JOIN quota_balances b ON b.quota = q.id;
