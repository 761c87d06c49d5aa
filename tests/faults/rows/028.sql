UPDATE model_servers SET embedding_model = 'nomic-embed-text' WHERE id = 500000000000000801;
UPDATE model_servers SET embedding_model = '嵌入/bge-m3 🧭' WHERE id = 500000000000000802;
