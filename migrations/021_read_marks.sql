-- A conversation is unread while its last message is newer than what was read of it. One that was never marked
-- counts as read: it is from before this was kept, or was imported.

CREATE INDEX conversations_unread ON conversations (user_id, id)
    WHERE deleted_at IS NULL AND last_message_at > last_read_at;
