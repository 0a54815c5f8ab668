-- Accepts a comparison with all its jobs, in one transaction: or none of it, where a quota does not cover them all.
--
-- (accepted, its id); (existing, id) of the one that the same key made before; (reused, id) where that was asked for otherwise. Bears
-- being sent again after an unknown COMMIT. `items` are its jobs, as submit_jobs takes them.
CREATE OR REPLACE FUNCTION start_comparison(wanted json, calls json, items json)
RETURNS TABLE (outcome text, comparison uuid) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO comparisons (
        id, tenant, api_key, user_id, key, request_hash, models, prompts, prompt_set, prompts_hash, prompt_count, rounds,
        max_tokens, temperature, jobs
    )
    SELECT w.id, w.tenant, w.api_key, w.user_id, w.key, w.request_hash, w.models, w.prompts, w.prompt_set, w.prompts_hash,
        w.prompt_count, w.rounds, w.max_tokens, w.temperature, w.jobs
    FROM json_populate_record(NULL::comparisons, wanted) w
    ON CONFLICT DO NOTHING;

    IF NOT FOUND THEN
        RETURN QUERY
        SELECT CASE
                WHEN c.id = w.id THEN 'accepted'
                WHEN c.request_hash = w.request_hash THEN 'existing'
                ELSE 'reused'
            END, c.id
        FROM json_populate_record(NULL::comparisons, wanted) w
        JOIN comparisons c ON c.tenant = w.tenant AND (c.id = w.id OR c.key = w.key);
        RETURN;
    END IF;

    INSERT INTO comparison_calls (comparison, job, tenant, model, prompt, category, weight)
    SELECT c.comparison, c.job, c.tenant, c.model, c.prompt, c.category, c.weight
    FROM json_populate_recordset(NULL::comparison_calls, calls) c;
    PERFORM submit_jobs(items, false);
    RETURN QUERY SELECT 'accepted', (wanted ->> 'id')::uuid;
END $$;
