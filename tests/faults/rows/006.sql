INSERT INTO conversation_events (id, conversation_id, event_type, event_data, created_at)
SELECT id + 1000000, conversation_id, 'message_sent', '{}', created_at FROM messages;
