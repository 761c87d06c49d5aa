-- Why a reply failed, by name: the sentence is made when it is shown, in the learner's own language.

ALTER TABLE messages ADD COLUMN failure_code TEXT
    CHECK (failure_code GLOB '[a-z]*' AND failure_code NOT GLOB '*[^a-z_]*' AND length(failure_code) <= 60);
