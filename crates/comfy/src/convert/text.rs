//! Texts that are templates: comments, choices, dates and other nodes' values.

/// A text as it is sent: without comments, and with one of `{a|b}` in its place.
/// The editor draws one anew for every run; here it is always the first, so that
/// one file gives one graph.
pub(super) fn expand(text: &str) -> String {
    let text = without_comments(text);
    let mut out = String::with_capacity(text.len());
    // For each open brace: whether its first choice is over.
    let mut open: Vec<bool> = Vec::new();
    let mut skipped = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = (character == '\\')
            .then(|| characters.next_if(|next| matches!(next, '{' | '}' | '|')))
            .flatten();
        match (escaped, character, open.last_mut()) {
            (None, '{', _) => open.push(false),
            (None, '}', Some(over)) => {
                skipped -= usize::from(*over);
                open.pop();
            }
            (None, '|', Some(over)) => {
                skipped += usize::from(!*over);
                *over = true;
            }
            _ if skipped == 0 => out.push(escaped.unwrap_or(character)),
            _ => {}
        }
    }
    out
}

/// Drops `/* … */` and `// …` to the end of the line.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Looked for once only, or a text of `/*/*/*` would take its time.
    let last_end = text.rfind("*/").unwrap_or_default();
    while let Some(at) = rest.find('/') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner = rest.strip_prefix("/*").filter(|_| text.len() - rest.len() < last_end);
        rest = match inner.and_then(|inner| inner.split_once("*/")) {
            Some((_, after)) => after,
            None if rest.starts_with("//") => {
                rest.find(['\n', '\r']).map_or("", |end| &rest[end..])
            }
            None => {
                out.push('/');
                &rest[1..]
            }
        };
    }
    out.push_str(rest);
    out
}

/// A name for a file as it is sent: `%Node.widget%` becomes that value, `%date:…%`
/// what the server itself fills in for every run, so that the graph stays good
/// for more than one day.
pub(super) fn file_name(text: &str, lookup: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let Some((token, tail)) = after.split_once('%') else {
            out.push('%');
            rest = after;
            continue;
        };
        let value = match token.split_once(':') {
            Some(("date", format)) => Some(date(format)),
            _ => token.split_once('.').and_then(|(node, widget)| lookup(node, widget)),
        };
        if let Some(value) = value {
            out.push_str(&value);
            rest = tail;
        } else {
            out.push('%');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The editor's letters for dates, in the server's.
fn date(format: &str) -> String {
    const PARTS: [(&str, &str); 12] = [
        ("yyyy", "%year%"),
        ("yy", "%year%"),
        ("MM", "%month%"),
        ("M", "%month%"),
        ("dd", "%day%"),
        ("d", "%day%"),
        ("hh", "%hour%"),
        ("h", "%hour%"),
        ("mm", "%minute%"),
        ("m", "%minute%"),
        ("ss", "%second%"),
        ("s", "%second%"),
    ];
    let mut out = String::new();
    let mut rest = format;
    while let Some(character) = rest.chars().next() {
        let part = PARTS.iter().find(|(letters, _)| rest.starts_with(letters));
        let (written, length) = part.map_or_else(
            || (character.to_string(), character.len_utf8()),
            |(letters, token)| ((*token).to_owned(), letters.len()),
        );
        out.push_str(&written);
        rest = &rest[length..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_choices_become_their_first() {
        for (text, sent) in [
            ("a cat // no dog", "a cat "),
            ("a /* b\nc */ d\n// e\nf", "a  d\n\nf"),
            ("a /* b", "a /* b"),
            ("{only} {red|green} {{deep|pale} blue|c}", "only red deep blue"),
            (r"\{a\|b\} \n {a\|b|c}", r"{a|b} \n a|b"),
            ("a {b|c", "a b"),
            ("a} |b {}", "a} |b "),
            ("1/2", "1/2"),
        ] {
            assert_eq!(expand(text), sent, "{text}");
        }
    }

    #[test]
    fn names_of_files_take_values_of_nodes_and_leave_dates_to_the_server() {
        let lookup = |node: &str, widget: &str| {
            (node == "KSampler" && widget == "seed").then(|| "42".to_owned())
        };
        for (text, sent) in [
            ("%KSampler.seed%_x", "42_x"),
            ("%date:yyyy-MM-dd-hhmmss%", "%year%-%month%-%day%-%hour%%minute%%second%"),
            ("100% of %None.x% %width%", "100% of %None.x% %width%"),
            ("%", "%"),
        ] {
            assert_eq!(file_name(text, lookup), sent, "{text}");
        }
    }
}
