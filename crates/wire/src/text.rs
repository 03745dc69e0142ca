//! JSON as text, and numbers as text, with little code.
//!
//! What the standard library and serde do here is exact for every number there is, by tables of ten
//! kilobytes that no compression shrinks. A page has to read what our server writes and what
//! people type.

use serde_json::{Map, Number, Value};

/// Lists and objects may stand in each other so deep.
const DEEPEST: usize = 64;

/// What `text` says, if it is JSON.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(DEEPEST)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

/// The number that `text` is: exact up to 15 digits, and within a rounding error beyond.
pub fn decimal(text: &str) -> Option<f64> {
    let (text, sign) = text.strip_prefix('-').map_or((text, 1.0), |text| (text, -1.0));
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (mut digits, mut mantissa, mut scale) = (0_u32, 0_u64, exponent);
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        digits += 1;
        // More than nineteen do not fit, and do not count.
        match mantissa.checked_mul(10).and_then(|mantissa| mantissa.checked_add(digit)) {
            Some(grown) => mantissa = grown,
            None => scale = scale.saturating_add(1),
        }
    }
    scale = scale.saturating_sub(i32::try_from(fraction.len()).ok()?);
    // Powers of ten up to the 22nd are exact, so one operation rounds once.
    let value = match scale {
        0.. => mantissa as f64 * 10_f64.powi(scale),
        _ => mantissa as f64 / 10_f64.powi(scale.saturating_neg()),
    };
    (digits > 0 && value.is_finite()).then_some(sign * value)
}

/// The shortest text that reads as `number`: `0.5`, and `2` for 2.0.
pub fn shown(number: f64) -> String {
    let mut text = Number::from_f64(number).map(|number| number.to_string()).unwrap_or_default();
    if let Some(whole) = text.strip_suffix(".0") {
        text.truncate(whole.len());
    }
    text
}

/// An object of these members. Collecting them would sort first, with code of its own.
pub fn object(members: &mut dyn Iterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name, value);
    }
    object
}

/// `value` as JSON.
pub fn print(value: &Value) -> String {
    let mut text = String::new();
    put(&mut text, value);
    text
}

fn put(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(string) => put_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                separate(text, place);
                put(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (place, (name, member)) in members.iter().enumerate() {
                separate(text, place);
                put_string(text, name);
                text.push(':');
                put(text, member);
            }
            text.push('}');
        }
    }
}

fn separate(text: &mut String, place: usize) {
    if place > 0 {
        text.push(',');
    }
}

fn put_string(text: &mut String, string: &str) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\0'..='\x1f' => {
                let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
                text.push_str("\\u00");
                text.push(digit(u32::from(letter) >> 4));
                text.push(digit(u32::from(letter) & 15));
            }
            letter => text.push(letter),
        }
    }
    text.push('"');
}

/// JSON that is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
    }

    /// Takes `mark` if it comes next.
    fn takes(&mut self, mark: char) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if self.takes('"') {
            return self.string().map(Value::String);
        }
        if self.takes('[') {
            return self.items(depth.checked_sub(1)?).map(Value::Array);
        }
        if self.takes('{') {
            return self.members(depth.checked_sub(1)?).map(Value::Object);
        }
        let end = self.rest.find([',', ']', '}', ' ', '\n', '\r', '\t']);
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match word {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            word => number(word),
        }
    }

    fn items(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        if self.takes(']') {
            return Some(items);
        }
        loop {
            items.push(self.value(depth)?);
            if !self.takes(',') {
                return self.takes(']').then_some(items);
            }
        }
    }

    fn members(&mut self, depth: usize) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        if self.takes('}') {
            return Some(members);
        }
        loop {
            let name = self.takes('"').then(|| self.string())??;
            let value = self.takes(':').then(|| self.value(depth))??;
            members.insert(name, value);
            if !self.takes(',') {
                return self.takes('}').then_some(members);
            }
        }
    }

    /// The rest of a string whose first quote is taken.
    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\\'])?;
            text.push_str(&self.rest[..end]);
            let is_over = self.rest[end..].starts_with('"');
            self.rest = &self.rest[end + 1..];
            if is_over {
                return Some(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let letter = rest.next()?;
        self.rest = rest.as_str();
        Some(match letter {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\x08',
            'f' => '\x0c',
            'u' => match self.unit()? {
                // Beyond the first plane a letter is written as two.
                high @ 0xd800..=0xdbff => {
                    self.rest = self.rest.strip_prefix("\\u")?;
                    let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low)?
                }
                unit => char::from_u32(unit)?,
            },
            '"' | '\\' | '/' => letter,
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let unit = u32::from_str_radix(self.rest.get(..4)?, 16).ok()?;
        self.rest = &self.rest[4..];
        Some(unit)
    }
}

/// Whole numbers stay whole: a seed has twenty digits.
fn number(word: &str) -> Option<Value> {
    if word.starts_with('+') {
        return None;
    }
    let whole =
        word.parse::<u64>().map(Value::from).or_else(|_| word.parse::<i64>().map(Value::from));
    whole.ok().or_else(|| decimal(word).and_then(Number::from_f64).map(Value::Number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1_000_000_000_i64..1_000_000_000, 0..9)
                .prop_map(|(n, e)| json!(n as f64 / 10_f64.powi(e))),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn serde_and_we_write_what_the_other_reads(value in values()) {
            prop_assert_eq!(parse(&serde_json::to_string(&value).unwrap()), Some(value.clone()));
            prop_assert_eq!(serde_json::from_str::<Value>(&print(&value)).unwrap(), value);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                prop_assert_eq!(parse(&text), Some(value));
            }
            parse(&text);
            decimal(&text);
        }

        #[test]
        fn what_people_type_is_read_exactly(digits in 0_u64..1_000_000_000_000_000, point in 0_i32..16) {
            let text = format!("{digits}e-{point}");
            prop_assert_eq!(decimal(&text), text.parse().ok());
        }

        #[test]
        fn what_is_shown_reads_as_the_number(number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            prop_assert_eq!(shown(number).parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }

    #[test]
    fn escapes_are_letters() {
        assert_eq!(parse(r#""a\n\u00e9\ud83d\ude00\/""#), Some(json!("a\né😀/")));
        for broken in [r#""\ud83d""#, r#""\x""#, r#""\u12""#, "\"", r#""\ud83d\u0041""#] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in
            ["", "[1,]", "{\"a\"}", "{\"a\":1,}", "nul", "1 2", "+1", "--1", "1.2.3", "[", "inf"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_tower_of_lists_is_refused() {
        assert_eq!(parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn whole_numbers_show_no_fraction() {
        assert_eq!(shown(2.0), "2");
        assert_eq!(shown(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(shown(f64::NAN), "");
    }
}
