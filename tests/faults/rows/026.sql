UPDATE conversation_key_facts SET pinned_at = 1700000070000 WHERE id = (SELECT min(id) FROM conversation_key_facts);
