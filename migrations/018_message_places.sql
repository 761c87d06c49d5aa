-- Where messages stood before an operation moved them, so that a split or a merge, however large, can be taken back.

CREATE TABLE operation_message_places (
    operation_id INTEGER NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence_number INTEGER NOT NULL CHECK (sequence_number > 0),
    PRIMARY KEY (operation_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_message_places_message ON operation_message_places (message_id);
CREATE INDEX operation_message_places_conversation ON operation_message_places (conversation_id);
