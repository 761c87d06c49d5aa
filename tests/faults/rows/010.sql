INSERT INTO conversation_shares (id, conversation_id, created_by, token_hash, snapshot, created_at, max_views, view_count) VALUES
    (500000000000008001, 500000000000000201, 500000000000000001, printf('%064x', 7), '{"title":"Ça va ?"}', 0, 5, 2);
