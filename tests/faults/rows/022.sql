INSERT INTO search_rebuilds (source, pending_below) VALUES ('vocabulary', 500000000000000000);
