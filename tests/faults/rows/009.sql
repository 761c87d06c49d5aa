INSERT INTO conversation_folders (id, user_id, name, parent_folder_id, color, icon, created_at, updated_at) VALUES
    (500000000000007001, 500000000000000001, 'Été 2024 ☀️', NULL, '#00ff7f', '☀️', 0, 0),
    (500000000000007002, 500000000000000001, '旅行', 500000000000007001, NULL, NULL, 0, 0);
UPDATE conversations SET folder_id = 500000000000007002 WHERE id = 500000000000000201;
INSERT INTO conversation_notes (id, conversation_id, user_id, message_id, content, created_at, updated_at) VALUES
    (500000000000007003, 500000000000000201, 500000000000000001, 500000000000001002, 'à apprendre : crème brûlée', 0, 0),
    (500000000000007004, 500000000000000203, 500000000000000002, NULL, '记得复习', 0, 0);
