INSERT INTO unsaved_texts (id, message_id, content, created_at, updated_at)
SELECT 500000000000000701, min(id), 'Tôi đã đi… 我昨天去了', 1700000050000, 1700000050001
FROM messages WHERE role = 'user';
INSERT INTO unsaved_texts (id, conversation_id, content, created_at, updated_at) VALUES
    (500000000000000702, 500000000000000201, 'Ghi chú: ' || replace(hex(zeroblob(2000)), '00', 'từ '), 1700000050002,
        1700000050003);
INSERT INTO unsaved_texts (id, note_id, content, created_at, updated_at)
SELECT 500000000000000703, min(id), 'ملاحظة 👍', 1700000050004, 1700000050005 FROM conversation_notes;
