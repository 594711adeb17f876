-- API keys that read, in addition to those that send.
ALTER TABLE api_keys DROP CONSTRAINT api_keys_scope_check, ADD CHECK (scope IN ('ingest', 'read'));
