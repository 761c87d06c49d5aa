INSERT INTO message_embeddings (message_id, model, vector, created_at)
SELECT id, 'nomic-embed-text', unhex(replace(hex(zeroblob(768)), '00', '0000803F')), 1700000071000
FROM messages WHERE id IN (500000000000001001, 500000000000001002);
