INSERT INTO model_servers (id, user_id, name, address, allows_plain_http, uses_key, created_at, updated_at) VALUES
    (500000000000000801, 500000000000000001, 'Ollama', 'http://127.0.0.1:11434/v1', 0, 0, 1700000060000, 1700000060000),
    (500000000000000802, 500000000000000001, 'Trường học 🏫', 'https://models.example/v1', 1, 1, 1700000060001, 1700000060002);
UPDATE conversations SET ai_settings = '{"tutor":{"kind":"model","serverId":"0DWJ5J7A8A2Z1","model":"qwen3:4b"}}'
WHERE id = 500000000000000203;
