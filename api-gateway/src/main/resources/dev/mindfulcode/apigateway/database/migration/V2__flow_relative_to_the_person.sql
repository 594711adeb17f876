-- Flow is relative to the person from now on, with the same model: no trend or comparison goes across this change.
-- Without a row nothing has been read before.
INSERT INTO model_changes (model_id, used_from)
SELECT model_id, now() FROM model_changes ORDER BY used_from DESC, model_id DESC LIMIT 1;
