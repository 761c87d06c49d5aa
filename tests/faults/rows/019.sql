INSERT INTO tag_colors (user_id, tag, color, updated_at) VALUES
    (500000000000000001, 'à table', '#b3541e', 1700000060000),
    (500000000000000002, '旅行', '#1f6f8b', 1700000060001);
