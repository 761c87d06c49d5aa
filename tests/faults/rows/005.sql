INSERT INTO messages (id, conversation_id, role, content, sequence_number, status, model, created_at, updated_at) VALUES
    (500000000000004001, 500000000000000202, 'assistant', 'Bonjour! 你好。👋', 1, 'complete', 'practice-partner', 1700000040000, 1700000040000),
    (500000000000004002, 500000000000000202, 'assistant', 'Half a sen', 2, 'streaming', 'practice-partner', 1700000040001, 1700000040001);
INSERT INTO message_chunks (id, message_id, chunk_index, text, spoken_text, emotion, icon, pause_after_ms, emphasis, tts_status, attempt_count, last_error, lease_owner, lease_expires_at, audio_key, audio_duration_ms) VALUES
    (500000000000004101, 500000000000004001, 0, 'Bonjour! ', 'Bonjour!', 'happy', '👋', 200, 'moderate', 'completed', 1, NULL, NULL, NULL, 'a-key', 900),
    (500000000000004102, 500000000000004001, 1, '你好。', '你好。', 'neutral', NULL, 0, 'none', 'failed', 3, 'no voice', NULL, NULL, NULL, NULL),
    (500000000000004103, 500000000000004001, 2, '👋', '', 'neutral', NULL, 0, 'none', 'completed', 0, NULL, NULL, NULL, NULL, 0),
    (500000000000004104, 500000000000004002, 0, 'Half ', 'Half', 'calm', NULL, 0, 'none', 'processing', 1, NULL, 'a dead worker', 1700000050000, NULL, NULL);
UPDATE conversations SET message_count = 1, last_message_at = 1700000040000, last_message_preview = 'Bonjour! 你好。👋'
WHERE id = 500000000000000202;
