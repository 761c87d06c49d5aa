-- What the learner has typed in a conversation and not sent yet.

-- At most one per conversation. It goes when the message is sent, and with its conversation; an empty one is no row.
CREATE TABLE message_drafts (
    conversation_id INTEGER PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
