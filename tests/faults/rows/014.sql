INSERT INTO operations (id, user_id, kind, subject, inverse, conversation_id, message_id, created_at) VALUES
    (500000000000014001, 500000000000000001, 'conversation_rename', 'Ça va ?',
        '{"inverse":"rename_conversation","conversation":"0DW2VB79V4069","title":"","titleSource":"auto","renamedTo":"Ça va ?"}',
        500000000000000201, NULL, 1700000050000),
    (500000000000014002, 500000000000000003, 'conversation_delete', 'محادثة',
        '{"inverse":"restore_conversation","conversation":"0DW2VB79V406C","deletedAt":1700000004000}',
        500000000000000204, NULL, 1700000050001);
