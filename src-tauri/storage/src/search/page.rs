//! A page of hits: windows of the newest ones, each ranked, one after the other.

use jiff::tz::TimeZone;

use super::filter::Conditions;
use super::fold::Folded;
use super::matching::{Depth, Matching};
use super::query::Query;
use super::rank::Ranking;
use super::source::{Candidate, Source};
use super::{SearchHit, SearchPage, SearchRequest, is_being_rebuilt};
use crate::Error;
use crate::id::{self, UserId};
use crate::kinds::SearchKind;
use crate::tx::ReadTx;

/// The most hits of one page.
pub const LARGEST_PAGE: u32 = 100;
/// Hits that are ranked together.
const WINDOW: usize = 500;
/// Rows that are looked at in the first step of a window, and in each other. An index leads along a common word from
/// its newest row on, whatever was looked at before, so that many small steps cost much.
const FIRST_STEP: usize = 1_000;
const STEP: usize = 9_000;
/// Rows that are looked at for one window, and then for one page: however much the conditions leave out, an answer
/// comes soon.
const MOST_OF_WINDOW: usize = 10_000;
const MOST_OF_PAGE: usize = 30_000;
/// No row has a smaller id.
const LOWEST_ROW: i64 = 0;
/// Hits of each other kind on the first page.
const FEW: usize = 5;
/// The other kinds, in the order in which they are shown.
const OTHERS: [SearchKind; 4] = [
    SearchKind::Title,
    SearchKind::Note,
    SearchKind::Word,
    SearchKind::Correction,
];

/// Looks for what `request` says among what this learner may see. Days are those of `zone`.
///
/// # Errors
/// `Invalid` for a cursor that no page gave. No text is an error.
pub fn run(
    tx: &ReadTx<'_>,
    user: UserId,
    request: &SearchRequest,
    zone: &TimeZone,
) -> Result<SearchPage, Error> {
    let query = Query::parse(&request.text);
    let start = match &request.cursor {
        None => Position::FIRST,
        Some(cursor) => Position::from_cursor(cursor)
            .ok_or_else(|| Error::invalid("cursor", "is not one that a page gave"))?,
    };
    let limit = request.limit.clamp(1, LARGEST_PAGE) as usize;
    let mut page = SearchPage {
        is_incomplete: is_being_rebuilt(tx)?,
        ..SearchPage::default()
    };
    if query.is_empty() {
        return Ok(page);
    }
    let search = Search {
        tx,
        user,
        zone,
        ranking: Ranking::of(&query),
        query,
    };
    let kind = request.kind.or(search.query.kind);
    if kind.is_none() && request.cursor.is_none() {
        for other in OTHERS
            .into_iter()
            .filter(|other| search.query.is_of(*other))
        {
            let found = search.page(Source::of(other), Position::FIRST, FEW)?;
            if found.next.is_some() {
                page.more.push(other);
            }
            page.hits.extend(found.hits);
        }
    }
    let kind = kind.unwrap_or(SearchKind::Message);
    if !search.query.is_of(kind) {
        return Ok(page);
    }
    let found = search.page(Source::of(kind), start, limit)?;
    page.hits.extend(found.hits);
    page.next = found.next.map(Position::to_cursor);
    Ok(page)
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    depth: Depth,
    /// The window holds the hits below this row.
    before: i64,
    /// What was shown of that window; `None` at its beginning.
    shown: Option<Shown>,
}

/// How far a window was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shown {
    /// The window ends at this row, however many of its hits are deleted or come back meanwhile: one that grew over
    /// better hits would take them for shown.
    from: i64,
    /// The last hit: its score and its row.
    last: (u32, i64),
}

impl Position {
    const FIRST: Self = Self::at(Depth::Words, i64::MAX);

    const fn at(depth: Depth, before: i64) -> Self {
        Self {
            depth,
            before,
            shown: None,
        }
    }

    fn from_cursor(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('.');
        let depth = match parts.next()? {
            "words" => Depth::Words,
            "parts" => Depth::Parts,
            _ => return None,
        };
        let before = id::decode(parts.next()?).ok()?;
        let shown = match parts.next() {
            None => None,
            Some(from) => Some(Shown {
                from: id::decode(from).ok()?,
                last: (parts.next()?.parse().ok()?, id::decode(parts.next()?).ok()?),
            }),
        };
        parts.next().is_none().then_some(Self {
            depth,
            before,
            shown,
        })
    }

    fn to_cursor(self) -> String {
        let depth = match self.depth {
            Depth::Words => "words",
            Depth::Parts => "parts",
        };
        let before = id::encode(self.before);
        let Some(Shown { from, last }) = self.shown else {
            return format!("{depth}.{before}");
        };
        let (from, (score, row)) = (id::encode(from), last);
        format!("{depth}.{before}.{from}.{score}.{}", id::encode(row))
    }
}

struct Search<'a, 'c> {
    tx: &'a ReadTx<'c>,
    user: UserId,
    zone: &'a TimeZone,
    query: Query,
    ranking: Ranking,
}

struct Found {
    hits: Vec<SearchHit>,
    next: Option<Position>,
}

/// Hits that are ranked together, the best first.
struct Window {
    ranked: Vec<(u32, Candidate, Folded)>,
    /// Where the next one begins; `None` if there is no other.
    below: Option<i64>,
    looked_at: usize,
}

impl Window {
    fn has_room(&self) -> bool {
        self.ranked.len() < WINDOW && self.looked_at < MOST_OF_WINDOW
    }
}

impl Search<'_, '_> {
    fn page(&self, source: &Source, start: Position, limit: usize) -> Result<Found, Error> {
        let mut hits = Vec::new();
        let conditions =
            Conditions::of(self.tx, self.user, source, &self.query.filters, self.zone)?;
        let Some(conditions) = conditions else {
            return Ok(Found { hits, next: None });
        };
        let mut looked_at = 0;
        let mut position = start;
        loop {
            let Some(matching) = Matching::of(self.tx, source, &self.query, position.depth)? else {
                match deeper(position) {
                    Some(next) => position = next,
                    None => return Ok(Found { hits, next: None }),
                }
                continue;
            };
            // The windows of one depth have the same conditions.
            let depth = position.depth;
            while position.depth == depth {
                let window = self.window(source, (&matching, &conditions), &mut position)?;
                looked_at += window.looked_at;
                let next = self.take(source, window, position, limit, &mut hits);
                match next {
                    None => return Ok(Found { hits, next: None }),
                    Some(next) if hits.len() >= limit || looked_at >= MOST_OF_PAGE => {
                        return Ok(Found {
                            hits,
                            next: Some(next),
                        });
                    }
                    Some(next) => position = next,
                }
            }
        }
    }

    /// Moves hits from the window to the page until that is full; gives where to go on.
    fn take(
        &self,
        source: &Source,
        window: Window,
        position: Position,
        limit: usize,
        hits: &mut Vec<SearchHit>,
    ) -> Option<Position> {
        let mut last = position.shown.map(|shown| shown.last);
        let is_left = |hit: (u32, i64)| position.shown.is_none_or(|shown| hit < shown.last);
        let mut left = window
            .ranked
            .into_iter()
            .filter(|(score, candidate, _)| is_left((*score, candidate.id)))
            .peekable();
        while hits.len() < limit
            && let Some((score, candidate, text)) = left.next()
        {
            last = Some((score, candidate.id));
            hits.extend(self.hit(source, &candidate, &text));
        }
        if left.peek().is_some() {
            let from = window.below.unwrap_or(LOWEST_ROW);
            return Some(Position {
                shown: last.map(|last| Shown { from, last }),
                ..position
            });
        }
        match window.below {
            Some(below) => Some(Position::at(position.depth, below)),
            None => deeper(position),
        }
    }

    fn window(
        &self,
        source: &Source,
        what: (&Matching, &Conditions),
        position: &mut Position,
    ) -> Result<Window, Error> {
        let mut window = Window {
            ranked: Vec::new(),
            below: Some(position.before),
            looked_at: 0,
        };
        // One of which something was shown is looked at to its end, however much came back into it.
        let from = position.shown.map_or(LOWEST_ROW, |shown| shown.from);
        while let Some(below) = window.below
            && (position.shown.is_some() || window.has_room())
        {
            let step = if window.looked_at == 0 {
                FIRST_STEP
            } else {
                STEP
            };
            let rows = source.look(self.tx, self.user, what, from..below, step)?;
            window.looked_at += rows.len();
            window.below = (rows.len() == step)
                .then(|| rows.last().map(|row| row.id))
                .flatten();
            if position.before == i64::MAX
                && let Some(newest) = rows.first()
            {
                // What is said while somebody turns the pages moves no window.
                position.before = newest.id.saturating_add(1);
            }
            for row in rows {
                let Some(text) = &row.text else { continue };
                let folded = Folded::of(text);
                if what.0.holds(&folded) && self.ranking.is_met(&folded, position.depth) {
                    window
                        .ranked
                        .push((self.ranking.score(&folded), row, folded));
                }
            }
        }
        if position.shown.is_some() {
            window.below = (from > LOWEST_ROW).then_some(from);
        }
        window
            .ranked
            .sort_by_key(|(score, row, _)| std::cmp::Reverse((*score, row.id)));
        Ok(window)
    }

    /// `None` for a row that names no time, which there is not.
    fn hit(&self, source: &Source, candidate: &Candidate, folded: &Folded) -> Option<SearchHit> {
        let text = candidate.text.as_deref()?;
        Some(SearchHit {
            kind: source.kind,
            id: candidate.name(),
            conversation_id: candidate.conversation_id,
            message_id: candidate.message_id,
            sequence_number: candidate.sequence_number,
            title: candidate.title.clone().unwrap_or_default(),
            role: candidate.role,
            at: candidate.at?,
            snippet: self.ranking.snippet(text, folded),
        })
    }
}

/// Where to go on when there is nothing more at this depth.
const fn deeper(position: Position) -> Option<Position> {
    match position.depth {
        Depth::Words => Some(Position::at(Depth::Parts, i64::MAX)),
        Depth::Parts => None,
    }
}
