-- The audit log of a conversation: an event is written in the transaction that it reports.

CREATE TABLE conversation_events (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    event_type TEXT NOT NULL CHECK (event_type <> ''),
    -- Ids and kinds, never what was said: erasing a message must erase its words.
    event_data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(event_data)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversation_events_conversation ON conversation_events (conversation_id, id);
