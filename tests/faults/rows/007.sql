INSERT INTO conversation_summaries (id, conversation_id, summary_text, from_sequence, to_sequence, created_at, updated_at) VALUES
    (500000000000005001, 500000000000000201, 'Il parle du marché. 他想买苹果。', 1, 80, 0, 0);
INSERT INTO conversation_key_facts (id, conversation_id, fact_type, fact_text, confidence, source_message_id, created_at, updated_at) VALUES
    (500000000000005002, 500000000000000201, 'interest', 'aime les crêpes 🥞', 0.75, 500000000000001002, 0, 0);
