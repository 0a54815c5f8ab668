-- One event, for whoever has no list of them: `PERFORM tell_webhook(tenant, 'batch.completed', id, webhook, data)` in the
-- transaction that finishes a batch. `webhook` is what it was submitted with, `{url, events}` or NULL; `data` becomes the
-- event's, beside the subject's id, so it holds nothing that the tenant's endpoints may not see. True: somebody is told, so
-- ring the lane `webhooks` after the commit. The same type of the same subject is told once, however often this is called.
CREATE OR REPLACE FUNCTION tell_webhook(tenant uuid, type text, subject uuid, webhook jsonb DEFAULT NULL, data jsonb DEFAULT '{}')
RETURNS boolean LANGUAGE sql AS $$
    SELECT tell_webhooks(ARRAY[
        (uuid7(), tenant, type, subject, webhook_url(webhook, type), data, clock_timestamp())::webhook_outbox
    ]) IS NOT NULL
$$;
