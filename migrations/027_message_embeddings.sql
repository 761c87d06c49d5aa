-- What messages mean, as a model sees it: to find what was said in other words.

-- One per message: the vectors of two models have nothing to do with each other, and the latest model is asked.
CREATE TABLE message_embeddings (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    model TEXT NOT NULL CHECK (length(model) BETWEEN 1 AND 256),
    -- Numbers of four bytes, little end first.
    vector BLOB NOT NULL CHECK (length(vector) BETWEEN 4 AND 32768 AND length(vector) % 4 = 0),
    created_at INTEGER NOT NULL
) STRICT;
