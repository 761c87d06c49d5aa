-- What the learner is still writing besides the next message: other words for a message, a note, other words for a note.

-- One table: the doctor knows rows whose schema is lost by their looks, and three tables of one shape would look alike.
CREATE TABLE unsaved_texts (
    id INTEGER PRIMARY KEY,
    -- The message that is being changed.
    message_id INTEGER UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
    -- The conversation on which a note is being written.
    conversation_id INTEGER UNIQUE REFERENCES conversations (id) ON DELETE CASCADE,
    -- The note that is being changed.
    note_id INTEGER UNIQUE REFERENCES conversation_notes (id) ON DELETE CASCADE,
    content TEXT NOT NULL CHECK (content <> ''),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((message_id IS NOT NULL) + (conversation_id IS NOT NULL) + (note_id IS NOT NULL) = 1)
) STRICT;
