use proptest::prelude::*;

use super::*;

/// What an answer gives that comes in these packets: the words, piece by piece, and how it ended.
fn read<'a>(
    packets: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<String>, Result<Ending, ModelError>) {
    let mut reading = Reading::new(None);
    let mut words = Vec::new();
    let mut outcome = Ok(());
    for packet in packets {
        outcome = reading.push(packet);
        words.extend(std::iter::from_fn(|| reading.take_words()));
        if outcome.is_err() || reading.is_done() {
            break;
        }
    }
    if outcome.is_ok() && !reading.is_done() {
        outcome = reading.end();
        words.extend(std::iter::from_fn(|| reading.take_words()));
    }
    (words, outcome.and_then(|()| reading.ending()))
}

/// A stream with all that a server may do to it and still be right.
fn valid(words: &[String], line_break: &str, says_done: bool) -> Vec<u8> {
    let mut body = format!(": hello{line_break}{line_break}");
    let mut event = |json: String| body.push_str(&format!("data: {json}{line_break}{line_break}"));
    event(r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}"#.to_owned());
    for word in words {
        let word = serde_json::Value::String(word.clone());
        event(format!(
            r#"{{"choices":[{{"index":0,"delta":{{"content":{word}}},"finish_reason":null}}],"x":[1]}}"#
        ));
    }
    event(r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#.to_owned());
    event(r#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}"#.to_owned());
    if says_done {
        event("[DONE]".to_owned());
    }
    body.into_bytes()
}

/// Cuts at the places given, which may be anywhere.
fn cut<'a>(body: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place % (body.len() + 1))
        .collect();
    places.sort_unstable();
    places.push(body.len());
    let mut from = 0;
    let mut packets = Vec::new();
    for place in places {
        packets.push(&body[from..place]);
        from = place;
    }
    packets
}

proptest! {
    #[test]
    fn any_way_of_cutting_a_stream_gives_the_same_deltas(
        words in prop::collection::vec("[a-z é🤔<>/think\n]{1,8}", 1..12),
        line_break in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        says_done: bool,
        places in prop::collection::vec(any::<usize>(), 0..40),
    ) {
        let body = valid(&words, line_break, says_done);
        let whole = read([&body[..]]);
        prop_assert_eq!(&read(cut(&body, &places)), &whole);
        prop_assert_eq!(&read(body.chunks(1)), &whole);
        let heard = whole.0.concat();
        if words.concat().trim_start().starts_with("<think>") || heard.is_empty() {
            return Ok(());
        }
        let said = words.concat();
        prop_assert_eq!(&heard, said.trim_start());
        let usage = Some(Usage { prompt_tokens: 5, completion_tokens: 7 });
        prop_assert_eq!(whole.1, Ok(Ending { finish: Finish::Stop, usage }));
    }

    #[test]
    fn random_bytes_are_an_error_or_nothing(
        bytes in prop::collection::vec(any::<u8>(), 0..4_000),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let (words, outcome) = read(cut(&bytes, &places));
        prop_assert_eq!(words, Vec::<String>::new());
        prop_assert!(outcome.is_err());
    }

    #[test]
    fn a_stream_with_broken_bytes_never_panics_and_holds_little(
        words in prop::collection::vec("[a-z é🤔]{1,8}", 1..12),
        damage in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6),
        places in prop::collection::vec(any::<usize>(), 0..20),
    ) {
        let mut body = valid(&words, "\n", true);
        for (place, byte) in damage {
            let length = body.len();
            body[place % length] = byte;
        }
        let (heard, _) = read(cut(&body, &places));
        prop_assert!(heard.concat().len() <= body.len());
    }
}

fn words_of(body: &str) -> (String, Result<Ending, ModelError>) {
    let (words, outcome) = read([body.as_bytes()]);
    (words.concat(), outcome)
}

#[test]
fn an_answer_that_is_not_streamed_is_read_as_well() {
    let (words, ending) = words_of(
        r#" {"choices":[{"message":{"role":"assistant","content":"<think>x</think> Hi."},"finish_reason":"length"}],
           "usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
    );
    assert_eq!(words, "Hi.");
    let usage = Some(Usage {
        prompt_tokens: 3,
        completion_tokens: 2,
    });
    assert_eq!(
        ending,
        Ok(Ending {
            finish: Finish::Length,
            usage
        })
    );
}

#[test]
fn only_the_first_of_two_answers_is_heard() {
    let (words, _) = words_of(concat!(
        "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"B\"}},{\"index\":0,\"delta\":{\"content\":\"A\"}}]}\n\n",
        "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"B\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
    ));
    assert_eq!(words, "Aa");
}

#[test]
fn numbers_of_any_size_are_not_taken_for_tokens() {
    let (words, ending) = words_of(concat!(
        "data: {\"choices\":[{\"delta\":{\"content\":\"A\"},\"finish_reason\":\"stop\"}],",
        "\"usage\":{\"prompt_tokens\":99999999999999999999999,\"completion_tokens\":-1},\"created\":1e300}\n\n",
    ));
    assert_eq!(words, "A");
    assert_eq!(ending.unwrap().usage, None);
}

#[test]
fn thoughts_tool_calls_and_control_characters_are_not_heard() {
    let (words, ending) = words_of(concat!(
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hmm\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"A\\u0000\\u0007\\r\\n\\tb\"}}]}\n\n",
        "data: [DONE]\n\n",
    ));
    assert_eq!(words, "A\n\tb");
    assert_eq!(ending.unwrap().finish, Finish::Unsaid);
}

#[test]
fn a_model_that_only_thinks_gives_no_words() {
    for (thought, finish, while_thinking) in [
        (r#"{"reasoning_content":"Hmm"}"#, "length", true),
        (r#"{"content":"<think>Hmm"}"#, "length", true),
        (r#"{"content":"<think>Hmm</think>"}"#, "stop", false),
        (r#"{"tool_calls":[]}"#, "tool_calls", false),
    ] {
        let (words, ending) = words_of(&format!(
            "data: {{\"choices\":[{{\"delta\":{thought},\"finish_reason\":\"{finish}\"}}]}}\n\n"
        ));
        assert_eq!(words, "");
        assert_eq!(
            ending,
            Err(ModelError::NoWords { while_thinking }),
            "{thought}"
        );
    }
}

#[test]
fn a_stream_that_does_not_say_its_end_was_cut_off() {
    let (words, ending) =
        words_of("data: {\"choices\":[{\"delta\":{\"content\":\"Good mor\"}}]}\n\n");
    assert_eq!(words, "Good mor");
    assert_eq!(ending, Err(ModelError::CutOff));
}
