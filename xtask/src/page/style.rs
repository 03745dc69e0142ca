//! One style sheet out of many: imports put in place, comments and idle spaces left out.

use std::{fs, path::Path};

use anyhow::{Context, bail};

/// Reads `main`, whose `@import "name.css";` lines give the order, and shortens the result.
pub fn bundle(main: &Path) -> anyhow::Result<String> {
    Ok(shorten(&inline(main, 0)?))
}

fn inline(file: &Path, depth: usize) -> anyhow::Result<String> {
    if depth > 4 {
        bail!("{} imports itself, or imports go too deep", file.display());
    }
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        match imported(line) {
            Some(name) => whole.push_str(&inline(&file.with_file_name(name), depth + 1)?),
            None => whole.push_str(line),
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The file name in `@import "name";` or `@import url("name");`.
fn imported(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("@import")?.strip_suffix(';')?.trim();
    let rest = rest.strip_prefix("url(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    Some(rest.trim_matches(['"', '\'']))
}

/// Leaves out comments, and spaces that separate nothing. Quoted text stays as it is.
///
/// A space before `(`, around `+` or before `:` can carry meaning (`and (`, `calc(a + b)`, `a :hover`), so
/// only those beside braces, semicolons and commas, and those after a colon, go.
fn shorten(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        match c {
            '/' if rest.starts_with("/*") => {
                rest = rest[2..].split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            '"' | '\'' => {
                let quoted = &rest[..quoted_len(rest, c)];
                out.push_str(quoted);
                rest = &rest[quoted.len()..];
                continue;
            }
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with([' ', '{', '}', ';', ',', ':']) {
                    out.push(' ');
                }
            }
            '{' | '}' | ';' | ',' => {
                let end = out.trim_end_matches(' ').len();
                out.truncate(end);
                if c == '}' && out.ends_with(';') {
                    out.pop();
                }
                out.push(c);
            }
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out.truncate(out.trim_end().len());
    out
}

/// How many bytes the quoted text takes that `text` begins with, quotes included.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => (),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_idle_spaces_go() {
        let css = "/* house */\n.a ,\n.b {\n  color: red;\n  margin: 0 auto;\n}\n";
        assert_eq!(shorten(css), ".a,.b{color:red;margin:0 auto}");
    }

    #[test]
    fn spaces_with_a_meaning_stay() {
        for css in [
            "@media (width>=1000px) and (hover){a{b:calc(1px + 2px)}}",
            "main :hover{c:d}",
            "a>b c{d:e f}",
        ] {
            assert_eq!(shorten(css), css);
        }
    }

    #[test]
    fn quoted_text_is_left_alone() {
        let css = r#"a{content:"x /* y */  \" {";b:c}"#;
        assert_eq!(shorten(css), css);
    }

    #[test]
    fn an_unfinished_comment_ends_the_sheet() {
        assert_eq!(shorten("a{b:c} /* and so"), "a{b:c}");
    }

    #[test]
    fn imports_are_put_in_place_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main.css");
        fs::write(&main, "@import \"two.css\";\n@import url('one.css');\nc{d:e}").unwrap();
        fs::write(folder.path().join("one.css"), "one{a:b}").unwrap();
        fs::write(folder.path().join("two.css"), "two{a:b}").unwrap();
        assert_eq!(bundle(&main).unwrap(), "two{a:b}one{a:b}c{d:e}");
    }

    #[test]
    fn a_sheet_that_imports_itself_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main.css");
        fs::write(&main, "@import \"main.css\";").unwrap();
        assert!(bundle(&main).unwrap_err().to_string().contains("imports itself"));
    }
}
