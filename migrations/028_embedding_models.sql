-- Which model of a server says what messages mean; without one, they are found again by their words.

ALTER TABLE model_servers ADD COLUMN embedding_model TEXT CHECK (length(embedding_model) BETWEEN 1 AND 256);
