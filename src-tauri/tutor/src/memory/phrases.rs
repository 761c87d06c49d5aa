//! The phrases in which learners of English say something about themselves.

use parlance_storage::FactType;

use crate::partner::is_common_word;

/// A word as it was written and in small letters, with plain apostrophes.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) written: String,
    pub(super) lower: String,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) fact_type: FactType,
    pub(super) text: String,
    pub(super) confidence: f64,
}

/// What somebody likes has no more words than that.
const LONGEST_THING: usize = 8;

/// Words that may stand before the learner begins to speak of themselves.
const FILLERS: &str = "well yes yeah no ok okay oh hi hello hey so and but actually also honestly sure thanks because";
/// Words that change nothing.
const ADVERBS: &str = "really also just always still very so truly both especially";
/// Words with which what was said of the thing ends.
const ENDS: &str = "because but when since although though so which who then and or too also please very now today yesterday \
    tomorrow sometimes usually as than while where after before every";
/// Words with which a thing is none that means something later, or is said to the partner.
const VAGUE: &str = "it this that these those him her them you your yours one ones here there thing things something anything \
    everything nothing what how why me us i not no never same other others idea question answer way blue red \
    bigger smaller first second last don't do more kind moment time peace fact lot";
/// What a wish to learn begins with; other wishes belong to the scene that is played.
const LEARNING: &str = "learn improve practise practice speak study understand pass prepare become master know write read live \
    move travel work graduate emigrate";
const OCCUPATIONS: &str = "accountant actor actress architect artist baker barber bartender builder carpenter cashier chef cleaner \
    cook dancer dentist designer developer doctor driver economist editor electrician engineer farmer \
    firefighter fisherman freelancer gardener guide hairdresser journalist lawyer librarian manager mechanic \
    musician nurse painter pensioner pharmacist photographer physicist pilot plumber policeman programmer \
    psychologist receptionist sailor salesman scientist secretary singer soldier student surgeon tailor \
    teacher technician translator vet waiter waitress welder writer";
const KIN_AND_PETS: &str = "dog dogs cat cats bird birds horse horses rabbit rabbits fish parrot hamster son sons daughter daughters \
    child children kids brother brothers sister sisters wife husband girlfriend boyfriend twins \
    grandchildren garden";

/// Whether a word is an occupation.
pub(crate) fn is_occupation(word: &str) -> bool {
    has(OCCUPATIONS, &word.to_lowercase())
}

/// Whether a word is a relative or an animal that one has.
pub(crate) fn is_kin_or_pet(word: &str) -> bool {
    has(KIN_AND_PETS, word)
}

/// Whether a verb is what a wish to learn begins with.
pub(crate) fn is_learning(verb: &str) -> bool {
    has(LEARNING, verb)
}

/// What reads one kind of thing out of a clause.
type Reader = fn(&[&Word]) -> Option<Found>;

const READERS: [Reader; 8] = [name, origin, home, work, taste, goal, ability, family];

/// Whether a list of words, with blanks between them, has this one.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// What a clause says about the learner; `None` if nothing, or nothing that is surely so.
pub(super) fn read_clause(clause: &[Word]) -> Option<Found> {
    let start = clause.iter().position(|word| !has(FILLERS, &word.lower))?;
    let words: Vec<&Word> = clause[start..]
        .iter()
        .filter(|word| !has(ADVERBS, &word.lower))
        .collect();
    READERS.iter().find_map(|read| read(&words))
}

/// What follows a phrase at the beginning of a clause.
fn after<'a, 'w>(words: &'a [&'w Word], phrases: &[&str]) -> Option<&'a [&'w Word]> {
    phrases.iter().find_map(|phrase| {
        let mut rest = words;
        for expected in phrase.split(' ') {
            let (first, others) = rest.split_first()?;
            if first.lower != expected {
                return None;
            }
            rest = others;
        }
        (!rest.is_empty()).then_some(rest)
    })
}

fn found(fact_type: FactType, confidence: f64, text: String) -> Option<Found> {
    Some(Found {
        fact_type,
        text,
        confidence,
    })
}

/// The thing of which something is said, as one would say it of somebody else; `None` if it is none.
fn thing(words: &[&Word]) -> Option<String> {
    let end = words.iter().position(|word| has(ENDS, &word.lower));
    let words = without_measure(&words[..end.unwrap_or(words.len())]);
    let is_vague = |word: &&&Word| has(VAGUE, &word.lower);
    let has_letters = words
        .iter()
        .any(|word| word.written.chars().any(char::is_alphabetic));
    if words.is_empty()
        || words.len() > LONGEST_THING
        || !has_letters
        || words.iter().any(|word| is_vague(&word))
    {
        return None;
    }
    let last = words.last()?;
    if matches!(
        last.lower.as_str(),
        "a" | "an" | "the" | "to" | "of" | "in" | "my" | "with" | "for" | "at" | "is" | "am"
    ) {
        return None;
    }
    let words: Vec<&str> = words
        .iter()
        .map(|word| match word.lower.as_str() {
            "my" | "our" => "their",
            "myself" => "themselves",
            _ => word.written.as_str(),
        })
        .collect();
    Some(words.join(" "))
}

/// Without "a lot" or "so much" at the end.
fn without_measure<'a, 'w>(words: &'a [&'w Word]) -> &'a [&'w Word] {
    match words {
        [rest @ .., how, much]
            if matches!(
                (how.lower.as_str(), much.lower.as_str()),
                ("a", "lot") | ("so" | "too" | "very", "much") | ("the", "most" | "best")
            ) =>
        {
            rest
        }
        _ => words,
    }
}

/// Words that are written as a name: with a capital, or in a script without.
fn proper(words: &[&Word], most: usize) -> Option<String> {
    let first = words.first()?;
    if is_common_word(&first.lower) || has(VAGUE, &first.lower) {
        return None;
    }
    let names: Vec<&str> = words
        .iter()
        .take_while(|word| is_written_as_name(word) && !has(ENDS, &word.lower))
        .map(|word| word.written.as_str())
        .collect();
    (1..=most).contains(&names.len()).then(|| names.join(" "))
}

fn is_written_as_name(word: &Word) -> bool {
    let mut letters = word.written.chars();
    let is_begun = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    let is_shouted = word.written.chars().count() > 3 && letters.all(char::is_uppercase);
    is_begun && !is_shouted
}

fn name(words: &[&Word]) -> Option<Found> {
    let said = after(
        words,
        &[
            "my name is",
            "my name's",
            "call me",
            "i am called",
            "i'm called",
        ],
    );
    if let Some(name) = said.and_then(|rest| proper(rest, 3)) {
        return found(FactType::UserPreference, 0.9, format!("Is called {name}"));
    }
    // "I'm Kenji", and nothing else.
    let rest = after(words, &["i'm", "i am"])?;
    let name = proper(rest, 1)?;
    let is_name = rest.len() == 1
        && !name.ends_with("an")
        && !name.ends_with("ese")
        && !name.ends_with("ish")
        && !has(OCCUPATIONS, &name.to_lowercase());
    if is_name {
        found(FactType::UserPreference, 0.7, format!("Is called {name}"))
    } else {
        None
    }
}

fn origin(words: &[&Word]) -> Option<Found> {
    let rest = after(words, &["i am from", "i'm from", "i come from"])?;
    let place = proper(rest, 4)?;
    found(FactType::UserPreference, 0.85, format!("Is from {place}"))
}

fn home(words: &[&Word]) -> Option<Found> {
    let rest = after(words, &["i live in", "i am living in", "i'm living in"])?;
    found(
        FactType::UserPreference,
        0.85,
        format!("Lives in {}", thing(rest)?),
    )
}

fn work(words: &[&Word]) -> Option<Found> {
    for how in ["as", "in", "at", "for"] {
        if let Some(rest) = after(
            words,
            &[&format!("i work {how}"), &format!("i'm working {how}")],
        ) {
            let place = thing(rest)?;
            return found(
                FactType::UserPreference,
                0.85,
                format!("Works {how} {place}"),
            );
        }
    }
    for article in ["a", "an"] {
        let phrases = [format!("i am {article}"), format!("i'm {article}")];
        let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
        if let Some(rest) = after(words, &phrases) {
            let is_one = rest
                .iter()
                .take(3)
                .any(|word| has(OCCUPATIONS, &word.lower));
            let what = thing(rest)?;
            return if is_one {
                found(
                    FactType::UserPreference,
                    0.85,
                    format!("Is {article} {what}"),
                )
            } else {
                None
            };
        }
    }
    None
}

fn taste(words: &[&Word]) -> Option<Found> {
    if let Some(rest) = after(words, &["i like", "i enjoy"]) {
        return found(FactType::Interest, 0.7, format!("Likes {}", thing(rest)?));
    }
    if let Some(rest) = after(words, &["i love", "i adore"]) {
        return found(FactType::Interest, 0.75, format!("Loves {}", thing(rest)?));
    }
    if let Some(rest) = after(words, &["i am interested in", "i'm interested in"]) {
        return found(
            FactType::Interest,
            0.8,
            format!("Is interested in {}", thing(rest)?),
        );
    }
    let dislikes = [
        "i don't like",
        "i do not like",
        "i dislike",
        "i hate",
        "i don't enjoy",
        "i do not enjoy",
    ];
    if let Some(rest) = after(words, &dislikes) {
        return found(
            FactType::UserPreference,
            0.7,
            format!("Does not like {}", thing(rest)?),
        );
    }
    let rest = after(words, &["my favourite", "my favorite"])?;
    let is = rest
        .iter()
        .position(|word| matches!(word.lower.as_str(), "is" | "are"))?;
    let (what, which) = (thing(&rest[..is])?, thing(&rest[is + 1..])?);
    found(
        FactType::UserPreference,
        0.8,
        format!("Favourite {what}: {which}"),
    )
}

fn goal(words: &[&Word]) -> Option<Found> {
    if let Some(rest) = after(words, &["my goal is to", "my dream is to", "my aim is to"]) {
        return found(
            FactType::LearningGoal,
            0.85,
            format!("Wants to {}", thing(rest)?),
        );
    }
    let wishes = [
        "i want to",
        "i hope to",
        "i plan to",
        "i need to",
        "i wanna",
    ];
    if let Some(rest) = after(words, &wishes) {
        let is_learning = rest.first().is_some_and(|verb| {
            has(LEARNING, &verb.lower)
                || verb.lower == "get" && rest.get(1).is_some_and(|next| next.lower == "better")
                || verb.lower == "be" && rest.get(1).is_some_and(|next| next.lower == "able")
        });
        let what = thing(rest)?;
        return if is_learning {
            found(FactType::LearningGoal, 0.8, format!("Wants to {what}"))
        } else {
            None
        };
    }
    let rest = after(
        words,
        &[
            "i am learning",
            "i'm learning",
            "i am studying",
            "i'm studying",
            "i am preparing for",
            "i'm preparing for",
        ],
    )?;
    let what = thing(rest)?;
    let how = &words[words.len() - rest.len() - 1].lower;
    let how = if how == "for" { "preparing for" } else { how };
    found(FactType::LearningGoal, 0.75, format!("Is {how} {what}"))
}

fn ability(words: &[&Word]) -> Option<Found> {
    if let Some(rest) = after(words, &["i am good at", "i'm good at"]) {
        return found(
            FactType::Strength,
            0.65,
            format!("Is good at {}", thing(rest)?),
        );
    }
    let weak = [
        "i am bad at",
        "i'm bad at",
        "i am not good at",
        "i'm not good at",
    ];
    if let Some(rest) = after(words, &weak) {
        return found(
            FactType::Weakness,
            0.7,
            format!("Is not good at {}", thing(rest)?),
        );
    }
    let trouble = [
        "i have trouble with",
        "i have problems with",
        "i have difficulty with",
        "i have difficulties with",
    ];
    if let Some(rest) = after(words, &trouble) {
        return found(
            FactType::Weakness,
            0.75,
            format!("Has trouble with {}", thing(rest)?),
        );
    }
    for (how, kind) in [
        ("difficult", FactType::Weakness),
        ("hard", FactType::Weakness),
        ("easy", FactType::Strength),
    ] {
        for is in ["is", "are"] {
            let end: Vec<&str> = vec![is, how, "for", "me"];
            let Some(before) = words
                .len()
                .checked_sub(end.len())
                .filter(|before| *before > 0)
            else {
                continue;
            };
            if words[before..]
                .iter()
                .map(|word| word.lower.as_str())
                .eq(end)
            {
                let what = thing(&words[..before])?;
                return found(kind, 0.7, format!("Finds {} {how}", lowered(&what)));
            }
        }
    }
    None
}

/// Of a sentence's first word the capital says nothing, unless the whole word is one.
fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    let word = text.split_once(' ').map_or(text, |(word, _)| word);
    if is_common_word(&word.to_lowercase()) {
        first.chain(letters).collect()
    } else {
        text.to_owned()
    }
}

fn family(words: &[&Word]) -> Option<Found> {
    let rest = after(words, &["i have"])?;
    let end = rest
        .iter()
        .position(|word| has(KIN_AND_PETS, &word.lower))?;
    // "a dog", "two younger sisters"; not "a photo of my dog".
    if end == 0
        || end > 3
        || rest[..end]
            .iter()
            .any(|word| matches!(word.lower.as_str(), "of" | "my" | "to" | "for" | "with"))
    {
        return None;
    }
    let what = thing(&rest[..=end])?;
    found(FactType::UserPreference, 0.75, format!("Has {what}"))
}
