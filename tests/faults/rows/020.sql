INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at, deleted_at) VALUES
    (500000000000020001, 500000000000000201, 500000000000000001, NULL, 'ملاحظة محذوفة', 0, 0, 1700000060000);
