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
    let mut hits: Vec<(u8, Hit)> = options
        .iter()
        .enumerate()
        .filter_map(|(index, option)| {
            let mark = find(&option.label, query)?;
            Some((rank(&option.label, mark.start), Hit { index, mark }))
        })
        .collect();
    // With nothing to look for everything begins with it, and the order stays.
    hits.sort_by_key(|(rank, _)| *rank);
    hits.into_iter().map(|(_, hit)| hit).collect()
}

fn rank(label: &str, start: usize) -> u8 {
    match label[..start].chars().next_back() {
        None => 0,
        Some(before) if !before.is_alphanumeric() => 1,
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
    let mut wanted = query.chars().flat_map(char::to_lowercase).peekable();
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        for lower in c.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
    }
    wanted.next().is_none().then_some(text.len())
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
