//! ComfyUI-Connect: `$name` in a title opens all values of a node, `$name(a, b)`
//! only these, `$name()` none; `#name` marks a result, and `!bypass` what is only
//! there for the editor.

use super::{Convention, Marked, Marks};
use crate::form::field::Mark;
use crate::form::names::humanized;

impl Marks<'_> {
    pub(super) fn connect(&self) -> Option<Marked> {
        let (mut marks, mut results) = (Vec::new(), Vec::new());
        for titled in self.titled() {
            if word_after(titled.title, '#').is_some() && titled.node.is_some() {
                results.push(titled.id.to_owned());
            }
            let Some((name, listed)) = opened(titled.title) else { continue };
            let open = |input: &str| listed.as_ref().is_none_or(|listed| listed.contains(&input));
            let inputs: Vec<_> =
                titled.inputs.into_iter().filter(|(input, _)| open(input)).collect();
            let single = inputs.len() == 1;
            for (input, bind) in inputs {
                let label = if single { humanized(name) } else { humanized(&input) };
                let name = if single { name.to_owned() } else { format!("{name}_{input}") };
                let (name, label) = (Some(name), Some(label));
                marks.push(Mark { bind, name, label, ..Mark::default() });
            }
        }
        let found = !marks.is_empty();
        found.then_some(Marked { convention: Convention::Connect, marks, results })
    }
}

/// Whether a node is not meant to run outside of the editor.
pub(in crate::form) fn is_bypassed(title: &str) -> bool {
    title.split_whitespace().any(|word| word == "!bypass")
}

/// The word that follows `sign`, where that begins a word.
fn word_after(title: &str, sign: char) -> Option<&str> {
    title.split_whitespace().find_map(|word| {
        let word = word.strip_prefix(sign)?;
        word.starts_with(|first: char| first.is_alphabetic()).then_some(word)
    })
}

/// A name and the inputs that it is limited to.
fn opened(title: &str) -> Option<(&str, Option<Vec<&str>>)> {
    let start = word_after(title, '$')?;
    let at = start.as_ptr() as usize - title.as_ptr() as usize;
    let rest = &title[at..];
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let listed = after.strip_prefix('(').and_then(|after| after.split_once(')'));
    let listed = listed.map(|(inside, _)| inside.split(',').map(str::trim).collect());
    Some((name, listed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_open_all_inputs_or_those_in_brackets() {
        assert_eq!(opened("KSampler $sampler"), Some(("sampler", None)));
        assert_eq!(
            opened("$my-size(width, height) x"),
            Some(("my-size", Some(vec!["width", "height"])))
        );
        assert_eq!(opened("$shut()"), Some(("shut", Some(vec![""]))));
        assert_eq!(opened("costs $5"), None);
        assert_eq!(word_after("Save #out", '#'), Some("out"));
        assert_eq!(word_after("Take #1", '#'), None);
    }
}
