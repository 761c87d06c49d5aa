-- A long conversation in many scripts, a paste that takes pages of its own, and one message in the trash.
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 160)
INSERT INTO messages (id, conversation_id, role, content, sequence_number, created_at, updated_at)
SELECT 500000000000001000 + i, 500000000000000201, 'user',
    CASE i % 6
        WHEN 0 THEN 'J''ai mangé une crème brûlée, numéro ' || i
        WHEN 1 THEN '我想练习口语，第' || i || '次。'
        WHEN 2 THEN 'أريد أن أتحدث الإنجليزية ' || i
        WHEN 3 THEN '👩‍👩‍👧‍👦 family 👍🏽 ' || i
        WHEN 4 THEN 'Tôi muốn học mỗi ngày ' || i
        ELSE '''); DROP TABLE messages; -- ' || i
    END,
    i, 1700000010000 + i, 1700000010000 + i
FROM n;
INSERT INTO messages (id, conversation_id, role, content, sequence_number, input_method, stt_transcript, created_at, updated_at, deleted_at) VALUES
    (500000000000002001, 500000000000000203, 'user', 'paste: ' || replace(hex(zeroblob(4000)), '00', 'mot '), 1, 'text', NULL, 1700000020000, 1700000020000, NULL),
    (500000000000002002, 500000000000000203, 'user', 'spoken', 2, 'voice', 'spöken', 1700000020001, 1700000020001, 1700000020002),
    (500000000000002003, 500000000000000203, 'system', '', 3, 'text', NULL, 1700000020003, 1700000020003, NULL);
UPDATE messages SET edited_at = 1700000030000, edit_count = 1 WHERE id = 500000000000001001;
INSERT INTO message_edit_history (id, message_id, previous_content, new_content, edited_at) VALUES
    (500000000000003001, 500000000000001001, '', '我想练习口语，第1次。', 1700000030000);
INSERT INTO message_bookmarks (id, user_id, message_id, note, created_at, updated_at) VALUES
    (500000000000003002, 500000000000000001, 500000000000001002, 'à revoir', 0, 0);
INSERT INTO message_reactions (id, message_id, user_id, reaction, feedback_text, created_at, updated_at) VALUES
    (500000000000003003, 500000000000001002, 500000000000000001, 'helpful', '', 0, 0);
UPDATE conversations SET message_count = 160, last_message_at = 1700000010160,
    last_message_preview = 'Tôi muốn học mỗi ngày 160' WHERE id = 500000000000000201;
UPDATE conversations SET message_count = 2, last_message_at = 1700000020003, last_message_preview = ''
WHERE id = 500000000000000203;
