-- What a job costs, in nano-dollars, at the prices of a moment; no row where the model has no price. Written so that Postgres
-- inlines it where it is called. A backend that reports more cached tokens than tokens does not make them cheaper than free.
CREATE OR REPLACE FUNCTION job_price(
    of_model text, at timestamptz, of_outcome text, input bigint, cached bigint, output bigint
) RETURNS TABLE (nanos bigint) LANGUAGE sql STABLE AS $$
    SELECT ceil(r.part * (
        (input - least(cached, input)) * p.input_nanos + least(cached, input) * coalesce(p.cached_input_nanos, p.input_nanos)
        + output * p.output_nanos + p.request_nanos
    ))::bigint
    FROM prices p JOIN pricing_rules r ON r.outcome = of_outcome
    WHERE p.model = of_model AND p.valid_from <= at AND (p.valid_until IS NULL OR p.valid_until > at)
    ORDER BY p.valid_from DESC LIMIT 1
$$;
