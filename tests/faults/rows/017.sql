UPDATE conversations SET origin_conversation_id = 500000000000000201, origin_message_id = 500000000000001002
WHERE id = 500000000000000203;
