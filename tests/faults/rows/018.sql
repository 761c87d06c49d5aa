INSERT INTO operation_message_places (operation_id, message_id, conversation_id, sequence_number) VALUES
    (500000000000014001, 500000000000001002, 500000000000000201, 7);
