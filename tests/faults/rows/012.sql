INSERT INTO message_drafts (conversation_id, content, created_at, updated_at) VALUES
    (500000000000000201, 'Je voudrais… 我想

أريد 👩‍👩‍👧‍👦', 1700000040000, 1700000040001),
    (500000000000000203, 'long: ' || replace(hex(zeroblob(4000)), '00', 'từ '), 1700000040002, 1700000040002);
