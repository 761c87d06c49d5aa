//! Where one sentence ends and the next begins. A `|` in an expectation stands for a cut.

use parlance_tutor::chunk_text;

/// Checks texts that are written with a `|` at each place where they must be cut.
fn check(marked_texts: &[&str]) {
    let mut wrong = Vec::new();
    for marked in marked_texts {
        let text = marked.replace('|', "");
        let chunks: Vec<String> = chunk_text(&text)
            .into_iter()
            .map(|chunk| chunk.text)
            .collect();
        let found = chunks.join("|");
        if found != *marked {
            wrong.push(format!("expected {marked:?}\n   found {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn english_sentences_end_where_a_reader_would_pause() {
    check(&[
        "Hello World. |My name is Jonas.",
        "What is your name? |My name is Jonas.",
        "There it is! |I found it.",
        "Hello!! |Long time no see.",
        "Hello?? |Who is there?",
        "Hello!? |Is that you?",
        "Hello?! |Is that you?",
        "No spaces here!|Next one",
        "Really?|Yes",
        "We go. |Do you?",
        "I came.I saw",
        "Yes. |No. |Maybe.",
        "Oh! |I see.",
        "She left  and came back.  |He stayed.",
    ]);
}

#[test]
fn abbreviations_do_not_end_a_sentence() {
    check(&[
        "Mr. Smith met Dr. Jones. |They talked.",
        "Mrs. Hall and Ms. Lee live on St. John Street.",
        "I like fruit, e.g. Apples and pears.",
        "The best one, i.e. Anna, won.",
        "Cats vs. Dogs is an old question.",
        "Prof. Brown teaches here. |He is kind.",
        "I can see Mt. Fuji from here.",
        "She has pens, paper, etc. in her bag.",
        "We need milk, eggs, etc. |Then we cook.",
        "Please turn to p. 55. |Then read.",
        "Read No. 5 first. |No. |I won't.",
        "See Fig. 3 and vol. 2.",
        "We met on Jan. 5 in Rome.",
        "It weighs approx. 5 kg. |It is heavy.",
    ]);
}

#[test]
fn what_may_end_a_sentence_is_decided_by_the_next_word() {
    check(&[
        "Let's meet at 5 p.m. at the station.",
        "We left at 6 p.m. |It was dark.",
        "Not at 6 p.m. |At 7. |Then we eat.",
        "At 5 a.m. Mr. Smith went to the bank.",
        "I live in the U.S. |How about you?",
        "I work for the U.S. Government in Virginia.",
        "I have lived in the U.S. for 20 years.",
        "I visited the U.S.A. last year.",
        "They sold it to Pitt, Briggs & Co. at noon.",
        "They sold it to Pitt, Briggs & Co. |It closed yesterday.",
        "That is JFK Jr.'s book.",
        "He works at Foo Inc. |She works there too.",
        "He works at Foo Inc. Berlin and likes it.",
        "She has a Ph.D. in physics.",
        "My name is Jonas E. Smith.",
        "J. K. Rowling wrote it. |I read it.",
        "We make a good team, you and I. |Did you see Albert I. Jones yesterday?",
        "Vitamin C. |It helps.",
        "Ask Smith et al. |They know.",
    ]);
}

#[test]
fn a_sentence_that_has_only_said_when_goes_on() {
    check(&[
        "At 5:30 p.m. I go home.",
        "At 5 p.m. We close. |Good night.",
        "From 9 a.m. to 5 p.m. I work in the bank.",
        "Every day at 7 a.m. my father drinks tea. |I sleep.",
        "Tomorrow at 8 p.m. Anna will sing.",
        "I go home at 5:30 p.m. |I am tired.",
        "The shop opens at 9 a.m. |We can go there.",
        "When? |At 5 p.m. |What about you?",
        "Not at 6 p.m. |At 7. |Then we eat.",
    ]);
}

#[test]
fn who_speaks_stays_with_what_is_said() {
    check(&[
        "« Bonjour ! » dit-il.",
        "« Ça va ? » demanda-t-elle. |Il rit.",
        "« Bonjour ! » |Il partit.",
        "\"Stop!\" he said.",
    ]);
}

#[test]
fn numbers_and_addresses_are_not_torn() {
    check(&[
        "It costs 3.5 euros. |That is cheap.",
        "She has $100.00 in her bag.",
        "She has $100.00. |It is in her bag.",
        "Version 2.0.1 is out. |Get it.",
        "It was 1984. |Nobody knew.",
        "I have 2 dogs. |3 cats live next door.",
        "Her email is Jane.Doe@example.com. |I sent her an email.",
        "See https://example.com/a.html?q=Yes!No#Top. |Then come back.",
        "Go to www.example.com. |It is free.",
        "We use Node.js and ASP.NET here.",
        "1. 2",
        "1. First open the door.",
        "12. Close it.",
        "a. The first item",
        "iv. The fourth item",
    ]);
}

#[test]
fn an_ellipsis_ends_a_sentence_only_before_a_capital() {
    check(&[
        "I never meant that.... |She left the store.",
        "Well... |I think so.",
        "Well... maybe.",
        "Well… |Let me see.",
        "Hmm…maybe not.",
        "I wasn't really ... well, what I mean...see.",
        "The end is near. . . . |Next one.",
    ]);
}

#[test]
fn closing_marks_stay_with_their_sentence() {
    check(&[
        "\"Stop!\" he said. |He ran.",
        "\"Stop!\" |He ran.",
        "She said, \"This is great.\" |She held it out.",
        "She said, 'This is great.' and left.",
        "“Come in.” |“Thank you.”",
        "He works (He has for years.) at the school.",
        "(I know.) |Let's go.",
        "**Well done!** |Now go on.",
        "_Really?_ |Yes.",
        "<b>Hello.</b> |<i>World</i>.",
        "« Ça va. » |Oui.",
        "Bonjour ! |« Ça va. »",
        "Great job! 🎉 |Now try again.",
        "Great job!🎉 |Now try again.",
        "Well done.🎉|Now try again.",
        "Well done. 🎉|Now try again.",
        "Bye! 👋👋 |See you.",
        "Fine. :) |And you?",
        "See [my page](https://x.org/a_(b)?q=1. \"T. B\"). |Done.",
        "[Really?](https://x.org) |Yes.",
        "Look: ![A cat. |Mine.](cat.png) |It sleeps.",
    ]);
}

#[test]
fn lines_paragraphs_and_items_are_boundaries() {
    check(&[
        "One line\n|Another line",
        "A paragraph.\n\n|Another one.",
        "Windows line\r\n|Next",
        "# Title\n\n|Text here.",
        "- milk\n|- bread\n|- eggs",
        "* **bold** item\n|* second",
        "1. Open it.\n|2. Close it.",
        "Items: |• First one |• Second one",
        "> quoted\n|> lines",
        "A\u{2028}|B",
        "\n\n  Leading space.\n",
        "Indented:\n    |code or not",
        "If x <y\n|One. |Two.",
    ]);
}

#[test]
fn a_block_of_code_is_one_chunk() {
    check(&[
        "Look:\n|```rust\nlet a = \"x. Y\";\n\nfn b() {}\n```\n|After it. |Done.",
        "~~~\nOne. Two. Three.\n~~~\n|End.",
        "````\n```\nStill. Inside.\n````\n|Out.",
        "Open:\n|```\nNever. Closed. At all.",
        "```not code``` is inline. |Yes.",
    ]);
}

#[test]
fn other_languages_have_their_own_ends() {
    check(&[
        "你好。|我是王明！|你今天怎么样？|很好。",
        "他说：“我来了。”|然后走了。",
        "はい。|「いいえ。」と言った。|そうですか？",
        "「行こう！」|「うん。」",
        "안녕하세요. |만나서 반갑습니다!",
        "मैं ठीक हूँ। |आप कैसे हैं? |अच्छा॥",
        "هل أنت بخير؟ |نعم، أنا بخير. |شكرا",
        "آپ کیسے ہیں؟ |میں ٹھیک ہوں۔ |شکریہ",
        "Tôi tên là Nam. |Còn bạn? |TP. Hồ Chí Minh đẹp lắm!",
        "¡Hola! |¿Qué tal? |Bien.",
        "¡Hola!|¿Qué tal?",
        "La Sra. Pérez vive aquí. |Es amable.",
        "Das ist z.B. Berlin. |Dort wohne ich.",
        "Γεια σου. |Τι κάνεις\u{37E} |Καλά.",
        "Բարեւ։ |Ինչպես ես",
        "សួស្តី។ |អរគុណ។",
        "မင်္ဂလာပါ။ |ကျေးဇူးတင်ပါတယ်။",
        "ሰላም። |እንዴት ነህ",
        "เกิด พ.ศ. 2567 ที่กรุงเทพ",
        "Это г. Москва. |Он большой.",
    ]);
}
