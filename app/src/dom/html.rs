//! Nodes written out, where there is no browser: for tests.

use super::{
    Element, Node,
    element::{Kind, Trait},
    value::Value,
};

impl Node {
    /// Appends it to `html` as it is now.
    pub(super) fn write(self, html: &mut String) {
        match self {
            Self::Nothing => {}
            Self::Text(text) => escape(&text, html),
            Self::Element(element) => element.write(html),
            Self::List(nodes) => nodes.into_iter().for_each(|node| node.write(html)),
            Self::Changing(mut draw) => draw().write(html),
            Self::Each(items) => {
                (0..items.keys.len()).for_each(|place| (items.draw)(place).write(html));
            }
        }
    }
}

impl Element {
    fn write(self, html: &mut String) {
        let Self(element) = self;
        html.push('<');
        html.push_str(element.tag);
        let mut inside = None;
        for one in element.traits {
            match one {
                Trait::Valued(Kind::Attribute, name, value) => write_attribute(name, value, html),
                Trait::InnerHtml(found) => inside = Some(found),
                // Classes that come and go, styles, properties and handlers are the browser's.
                Trait::Valued(..) | Trait::On(..) | Trait::Known(_) => {}
            }
        }
        html.push('>');
        html.push_str(inside.unwrap_or_default());
        element.children.into_iter().for_each(|child| child.write(html));
        html.push_str("</");
        html.push_str(element.tag);
        html.push('>');
    }
}

fn write_attribute(name: &str, value: Value, html: &mut String) {
    let text = match value {
        Value::Changing(mut value) => return write_attribute(name, value(), html),
        Value::Absent | Value::Flag(false) => return,
        Value::Flag(true) => "".into(),
        Value::Text(text) => text,
    };
    html.push(' ');
    html.push_str(name);
    html.push_str("=\"");
    escape(&text, html);
    html.push('"');
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '"' => html.push_str("&quot;"),
            letter => html.push(letter),
        }
    }
}
