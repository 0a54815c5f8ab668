-- Tells of jobs that have just been settled: `job.*`, and of responses in the background `response.*` besides. `items`: those of
-- settle_jobs. Answers the jobs that somebody is told of.
CREATE OR REPLACE FUNCTION tell_jobs(ids uuid[], items json) RETURNS uuid[] LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    RETURN tell_webhooks(ARRAY(
        SELECT (uuid7(), j.tenant, t.type, j.id, webhook_url(r.webhook, t.type), t.data, j.finished_at)::webhook_outbox
        FROM json_to_recordset(items) AS i (
            id uuid, error_code text, incomplete boolean, input_tokens bigint, output_tokens bigint
        )
        JOIN jobs j ON j.id = i.id
        JOIN job_requests r ON r.job = i.id
        CROSS JOIN LATERAL (
            SELECT 'job.' || j.state, jsonb_build_object(
                'status', j.state, 'endpoint', r.endpoint, 'model', r.model, 'metadata', r.metadata, 'error_code', i.error_code,
                'input_tokens', coalesce(i.input_tokens, 0), 'output_tokens', coalesce(i.output_tokens, 0),
                'created_at', floor(extract(epoch FROM j.created_at)), 'finished_at', floor(extract(epoch FROM j.finished_at))
            )
            UNION ALL
            SELECT 'response.' || CASE
                WHEN j.state = 'cancelled' THEN 'cancelled'
                WHEN j.state <> 'succeeded' THEN 'failed'
                WHEN i.incomplete THEN 'incomplete'
                ELSE 'completed'
            END, '{}' WHERE r.background
        ) t (type, data)
        WHERE j.id = ANY (ids) AND r.job = ANY (ids)
    ));
END $$;
