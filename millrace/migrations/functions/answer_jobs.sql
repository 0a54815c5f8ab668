-- Accepts jobs whose answers are known, and settles them, in one transaction: what submit_jobs and settle_jobs do, for jobs that
-- never wait. `items` are theirs to submit, with a `state`; `answers` theirs to settle, with `asked_at`: when the question of
-- the answer was accepted.
--
-- For each item in its order (outcome, job), as submit_jobs answers, which is nothing without keys; (void, job) for each whose
-- answer comes from what was purged since; and (told, job) for each of which a webhook waits to be sent. So a purge is effective at
-- once, whatever a process has in memory. Bears being sent again.
CREATE OR REPLACE FUNCTION answer_jobs(items json, answers json, keyed boolean)
RETURNS TABLE (outcome text, job uuid) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    void uuid[];
BEGIN
    SELECT array_agg(a.id) INTO void
    FROM json_to_recordset(answers) AS a (id uuid, tenant uuid, model text, asked_at float8)
    JOIN cache_purges p ON p.tenant = a.tenant AND p.model IN ('', a.model) AND p.at >= to_timestamp(a.asked_at);
    IF void IS NOT NULL THEN
        SELECT coalesce(json_agg(i), '[]') INTO items
        FROM json_array_elements(items) i WHERE (i ->> 'id')::uuid <> ALL (void);
        SELECT coalesce(json_agg(a), '[]') INTO answers
        FROM json_array_elements(answers) a WHERE (a ->> 'id')::uuid <> ALL (void);
    END IF;
    RETURN QUERY SELECT s.outcome, s.job FROM submit_jobs(items, keyed) s;
    RETURN QUERY SELECT 'told', s.job FROM settle_jobs(answers) s WHERE s.told;
    RETURN QUERY SELECT 'void', v FROM unnest(void) v;
END $$;
