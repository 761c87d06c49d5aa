UPDATE users SET email = 'zoe@example.org', password_hash = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'
WHERE id = 500000000000000001;
INSERT INTO user_sessions (id, user_id, token_hash, device, created_at, expires_at)
SELECT id + 10, id, printf('%064x', id), 'Läptop 💻', created_at, created_at + 86400000 FROM users;
