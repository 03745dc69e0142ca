//! Finding an option in a long choice.

use std::ops::Range;

use wire::Choice;

/// An option that matches what was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which option.
    pub index: usize,
    /// The matching bytes of its label; empty when nothing was searched for.
    pub mark: Range<usize>,
}

/// The options whose label contains `query` in any case; those that begin with
/// it first, then those with a word that does, each in the host's order.
pub fn search(options: &[Choice], query: &str) -> Vec<Hit> {
    let query = query.trim();
    let hits: Vec<(u8, Hit)> = options
        .iter()
        .enumerate()
        .filter_map(|(index, option)| {
            let mark = find(&option.label, query)?;
            Some((rank(&option.label, mark.start), Hit { index, mark }))
        })
        .collect();
    // With nothing to look for everything begins with it, and the order stays.
    let of_rank = |wanted: u8| hits.iter().filter(move |(rank, _)| *rank == wanted);
    RANKS.flat_map(of_rank).map(|(_, hit)| hit.clone()).collect()
}

/// How well a hit fits, best first.
const RANKS: std::ops::Range<u8> = 0..3;

fn rank(label: &str, start: usize) -> u8 {
    match label[..start].chars().next_back() {
        None => 0,
        Some(before) if before.is_whitespace() || before.is_ascii_punctuation() => 1,
        Some(_) => 2,
    }
}

/// Where `query` stands in `text`, ignoring case: the best place by [`rank`].
fn find(text: &str, query: &str) -> Option<Range<usize>> {
    let starts = text.char_indices().map(|(start, _)| start).chain([text.len()]);
    let hits = starts.filter_map(|start| Some(start..start + prefix(&text[start..], query)?));
    hits.min_by_key(|hit| (rank(text, hit.start), hit.start))
}

/// How many bytes of `text` are `query` in another case, if it begins so.
fn prefix(text: &str, query: &str) -> Option<usize> {
    let query = lower(query);
    let mut wanted = query.chars().peekable();
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        for letter in lower(c.encode_utf8(&mut [0; 4])).chars() {
            if wanted.next() != Some(letter) {
                return None;
            }
        }
    }
    wanted.next().is_none().then_some(text.len())
}

/// In small letters. The browser knows them; the tables of the standard library are twelve
/// kilobytes.
#[cfg(target_arch = "wasm32")]
fn lower(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

#[cfg(not(target_arch = "wasm32"))]
fn lower(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(labels: &[&str]) -> Vec<Choice> {
        let option =
            |label: &&str| Choice { value: (*label).into(), label: (*label).into(), thumb: None };
        labels.iter().map(option).collect()
    }

    fn found(labels: &[&str], query: &str) -> Vec<usize> {
        search(&options(labels), query).into_iter().map(|hit| hit.index).collect()
    }

    #[test]
    fn beginnings_come_first_then_words_then_the_rest() {
        assert_eq!(found(&["Woodblock", "Thick oil", "Boil", "Oil, soft"], "oil"), [3, 1, 2]);
    }

    #[test]
    fn nothing_searched_for_is_everything_in_order() {
        assert_eq!(found(&["b", "a"], "  "), [0, 1]);
    }

    #[test]
    fn the_mark_is_what_matched_even_where_letters_are_wide() {
        let hits = search(&options(&["Große ÄRA"]), "ära");
        assert_eq!(&"Große ÄRA"[hits[0].mark.clone()], "ÄRA");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(found(&["Oil"], "oils").is_empty());
    }
}
