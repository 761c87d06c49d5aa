INSERT INTO user_notifications (id, user_id, type, title, message, link, created_at) VALUES
    (500000000000009001, 500000000000000001, 'streak', 'Neun Tage 🎉', '', NULL, 0);
INSERT INTO user_achievements (id, user_id, achievement_type, achievement_name, unlocked_at) VALUES
    (500000000000009002, 500000000000000002, 'first_word', '第一个词', 0);
