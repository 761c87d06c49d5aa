-- What the learner did last and may take back: the newest few of each profile.

CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Which verb, open as in conversation_events: a list here would have to be rebuilt for each new one.
    kind TEXT NOT NULL CHECK (kind <> ''),
    -- What it was done to, as the learner called it then; empty if it had no name.
    subject TEXT NOT NULL CHECK (length(subject) <= 200),
    -- How it is taken back, and what must still be so for that.
    inverse TEXT NOT NULL CHECK (json_valid(inverse)),
    -- What it is about. Erasing that erases the words that stand here as well.
    conversation_id INTEGER REFERENCES conversations (id) ON DELETE CASCADE,
    message_id INTEGER REFERENCES messages (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX operations_user ON operations (user_id, id);
CREATE INDEX operations_conversation ON operations (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX operations_message ON operations (message_id) WHERE message_id IS NOT NULL;
