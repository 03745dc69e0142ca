//! Texts as HTML.

use std::fmt::Write as _;

/// Why `write!` may be expected to succeed here.
pub const WRITES: &str = "writing to a string does not fail";

/// Text that stands for itself, also in attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
    out
}

/// One paragraph; what stands between backticks is code.
pub fn inline(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if at % 2 == 1 {
            write!(out, "<code>{part}</code>").expect(WRITES);
        } else {
            out.push_str(&part);
        }
    }
    out
}

/// All paragraphs.
pub fn words(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|one| !one.is_empty());
    paragraphs.fold(String::new(), |out, one| out + "<p>" + &inline(one) + "</p>")
}

/// Something to copy, with what it is.
pub fn code(title: &str, text: &str) -> String {
    let text = escaped(text);
    format!(
        "<figure class=\"code\"><figcaption>{title}</figcaption><pre><code>{text}</code></pre></figure>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 24
    #[test]
    fn text_stays_text() {
        assert_eq!(
            inline("a <b> `x < \"y\"` & c"),
            "a &lt;b&gt; <code>x &lt; &quot;y&quot;</code> &amp; c"
        );
        assert_eq!(words("one\n\ntwo"), "<p>one</p><p>two</p>");
    }
}
