INSERT INTO grammar_corrections (id, message_id, original_text, corrected_text, start_offset, end_offset, error_type, engine, created_at) VALUES
    (500000000000006001, 500000000000001002, 'a apple', 'an apple', 0, 7, 'article', 'rules', 0);
INSERT INTO vocabulary_words (id, user_id, language, word, translation, source_message_id, source_correction_id, status, stability, difficulty, due_at, first_encountered_at, created_at, updated_at) VALUES
    (500000000000006002, 500000000000000001, 'en', 'naïve', '天真', 500000000000001002, 500000000000006001, 'learning', 2.5, 5.5, 1700000060000, 0, 0, 0),
    (500000000000006003, 500000000000000001, 'en', 'apple', NULL, NULL, NULL, 'new', NULL, NULL, NULL, 0, 0, 0);
INSERT INTO daily_progress (id, user_id, day_on, utc_offset_minutes, messages_count, created_at, updated_at) VALUES
    (500000000000006004, 500000000000000001, '2024-02-29', 60, 5, 0, 0);
INSERT INTO conversation_analytics (id, conversation_id, metric_category, metric_name, metric_value, recorded_at) VALUES
    (500000000000006005, 500000000000000201, 'pace', 'words_a_minute', 41.5, 0);
