UPDATE messages SET failure_code = 'model_cut_off' WHERE id = 500000000000001003;
