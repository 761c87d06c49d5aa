-- Rows as they may stand in a learner's database after migration 001. Those of later migrations build on them.
INSERT INTO system_settings (key, value, category, description, created_at, updated_at) VALUES
    ('install', '{"é":"日本語","n":[1,2,3]}', 'general', NULL, 1700000000000, 1700000000000),
    ('empty', '""', 'general', '', 1700000000000, 1700000000001);
INSERT INTO users (id, username, display_name, native_language, target_language, level, time_zone, day_starts_at_minute, created_at, updated_at) VALUES
    (500000000000000001, 'élève', 'Zoë Müller-O''Neil', 'fr', 'en', 'B1', 'Europe/Paris', 240, 1700000000000, 1700000000000),
    (500000000000000002, '学生', '李小龙', 'zh-Hans', 'en', 'A2', 'Asia/Shanghai', 0, 1700000000100, 1700000000100),
    (500000000000000003, 'طالبة', 'ليلى 👩‍🎓', 'ar', 'vi', NULL, NULL, 0, 1700000000200, 1700000000200);
INSERT INTO user_settings (user_id, key, value, created_at, updated_at)
SELECT id, 'theme', '"dark"', created_at, updated_at FROM users
UNION ALL SELECT id, 'speech_rate', '1.25', created_at, updated_at FROM users
UNION ALL SELECT id, 'of_another_part', '[1, "ünïcode"]', created_at, updated_at FROM users;
INSERT INTO user_progress (user_id, xp, messages_count, current_streak_days, longest_streak_days, last_active_on, created_at, updated_at)
SELECT id, 120, 7, 3, 9, '2024-02-29', created_at, updated_at FROM users;
