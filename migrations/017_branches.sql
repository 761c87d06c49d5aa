-- Where a conversation was branched off or split from; it outlives both.

ALTER TABLE conversations ADD COLUMN origin_conversation_id INTEGER
    REFERENCES conversations (id) ON DELETE SET NULL;
-- The last message that the two have in common, in the conversation it was branched off from.
ALTER TABLE conversations ADD COLUMN origin_message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL;

CREATE INDEX conversations_origin ON conversations (origin_conversation_id) WHERE origin_conversation_id IS NOT NULL;
CREATE INDEX conversations_origin_message ON conversations (origin_message_id) WHERE origin_message_id IS NOT NULL;
