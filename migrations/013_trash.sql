-- The trash: found in its own order, without a walk through all that was ever said.

-- `deleted_at` 0 is no time but an order: the learner wants it erased, and what is left of it is gone soon. It is
-- shown nowhere and cannot be taken out again.
CREATE INDEX messages_trash ON messages (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX conversations_trash ON conversations (deleted_at, id) WHERE deleted_at IS NOT NULL;
