-- Facts about the learner that are to be remembered before all others.

ALTER TABLE conversation_key_facts ADD COLUMN pinned_at INTEGER;
