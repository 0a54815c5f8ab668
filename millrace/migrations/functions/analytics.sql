-- For users of the earlier systems: a day of a tenant at an endpoint. `cost` is in USD.
CREATE OR REPLACE VIEW analytics WITH (security_invoker = true) AS
SELECT u.day, u.tenant, u.endpoint, sum(u.requests)::bigint AS requests, sum(u.succeeded)::bigint AS succeeded,
    sum(u.failed)::bigint AS failed, sum(u.cached)::bigint AS cache_hits,
    sum(u.input_tokens + u.output_tokens)::bigint AS tokens, sum(u.nanos) / 1000000000.0 AS cost
FROM usage_by_day u GROUP BY u.day, u.tenant, u.endpoint;
