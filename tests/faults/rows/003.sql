INSERT INTO conversation_templates (id, user_id, slug, name, description, level, system_prompt, opening_message, metadata, created_at, updated_at) VALUES
    (500000000000000101, NULL, 'at-the-market', 'Au marché', '', 'A1', 'You sell fruit. 🍎', '', '{}', 0, 0),
    (500000000000000102, 500000000000000001, 'my-own', 'Mon propre 模板', 'long: ' || replace(hex(zeroblob(3000)), '00', 'schön '), NULL, '', 'Hi!', '{"a":1}', 0, 0);
INSERT INTO conversations (id, user_id, template_id, title, title_source, level, topic, pinned_at, pin_order, created_at, updated_at, deleted_at) VALUES
    (500000000000000201, 500000000000000001, 500000000000000101, 'Ça va ?', 'user', 'A1', 'le marché', 5, 1, 1700000000000, 1700000000000, NULL),
    (500000000000000202, 500000000000000001, NULL, '', 'auto', NULL, NULL, NULL, NULL, 1700000001000, 1700000001000, NULL),
    (500000000000000203, 500000000000000002, 500000000000000102, '购物 🛒', 'user', NULL, '买东西', NULL, NULL, 1700000002000, 1700000002000, NULL),
    (500000000000000204, 500000000000000003, NULL, 'محادثة', 'auto', NULL, NULL, NULL, NULL, 1700000003000, 1700000003000, 1700000004000);
INSERT INTO conversation_tags (conversation_id, tag, created_at) VALUES
    (500000000000000201, 'Reise', 0), (500000000000000201, '旅行', 0), (500000000000000203, '👍', 0);
