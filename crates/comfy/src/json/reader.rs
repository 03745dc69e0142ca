//! The parser behind [`super::lenient`] and [`super::strict`], for the few texts
//! that `serde_json` refuses.

use serde_json::{Map, Number, Value};

use super::{JsonError, LENIENT_DEPTH, STRICT_DEPTH};

type Result<T> = std::result::Result<T, JsonError>;

/// A recursive-descent parser over bytes.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    max_depth: usize,
    lenient: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn lenient(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, depth: 0, max_depth: LENIENT_DEPTH, lenient: true }
    }

    pub(super) fn strict(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, depth: 0, max_depth: STRICT_DEPTH, lenient: false }
    }

    /// One value and nothing after it.
    pub(super) fn document(mut self) -> Result<Value> {
        let value = self.value()?;
        self.space();
        match self.peek() {
            None => Ok(value),
            Some(_) => self.fail("there is more after the value"),
        }
    }

    fn value(&mut self) -> Result<Value> {
        self.space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => self.fail("the text ends where a value should be"),
        }
    }

    /// Reads an array or object one level down.
    fn nested(&mut self, read: fn(&mut Self) -> Result<Value>) -> Result<Value> {
        if self.depth == self.max_depth {
            return Err(JsonError::TooDeep { limit: self.max_depth });
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value> {
        let mut fields = Map::new();
        if self.skip(b'}') {
            return Ok(Value::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.fail("a name in quotes should be here");
            }
            let name = self.string()?;
            if !self.skip(b':') {
                return self.fail("a colon should be here");
            }
            let value = self.value()?;
            fields.insert(name, value);
            if self.skip(b'}') {
                return Ok(Value::Object(fields));
            }
            if !self.skip(b',') {
                return self.fail("a comma or } should be here");
            }
        }
    }

    fn array(&mut self) -> Result<Value> {
        let mut items = Vec::new();
        if self.skip(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.skip(b']') {
                return Ok(Value::Array(items));
            }
            if !self.skip(b',') {
                return self.fail("a comma or ] should be here");
            }
        }
    }

    fn word(&mut self) -> Result<Value> {
        for (word, value) in
            [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
        {
            if self.skip_word(word) {
                return Ok(value);
            }
        }
        let start = self.at;
        if self.skip_word("NaN") || self.skip_word("Infinity") {
            return self.not_finite(start);
        }
        self.fail("a value should be here")
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        self.eat(|byte| byte == b'-');
        if self.skip_word("Infinity") {
            return self.not_finite(start);
        }
        // A leading zero stands alone, as in every JSON parser.
        if !self.eat(|byte| byte == b'0') {
            self.digits()?;
        }
        let mut whole = true;
        if self.eat(|byte| byte == b'.') {
            whole = false;
            self.digits()?;
        }
        if self.eat(|byte| matches!(byte, b'e' | b'E')) {
            whole = false;
            self.eat(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        // The bytes passed above are ASCII, so this cannot fail.
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        match to_number(text, whole) {
            Some(number) => Ok(Value::Number(number)),
            None => self.not_finite(start),
        }
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<()> {
        if !self.eat(|byte| byte.is_ascii_digit()) {
            return self.fail("a digit should be here");
        }
        while self.eat(|byte| byte.is_ascii_digit()) {}
        Ok(())
    }

    fn not_finite(&self, at: usize) -> Result<Value> {
        if self.lenient { Ok(Value::Null) } else { Err(JsonError::NotFinite { at }) }
    }

    /// A string; the reader stands on its opening quote.
    fn string(&mut self) -> Result<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let rest = &self.bytes[start..];
            self.at += rest.iter().position(special).unwrap_or(rest.len());
            self.push_utf8(start, &mut text)?;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return self.fail("a control character stands in a string"),
                None => return self.fail("the text ends inside a string"),
            }
        }
    }

    fn push_utf8(&self, start: usize, text: &mut String) -> Result<()> {
        let run = &self.bytes[start..self.at];
        match std::str::from_utf8(run) {
            Ok(run) => text.push_str(run),
            Err(_) if self.lenient => text.push_str(&String::from_utf8_lossy(run)),
            Err(error) => {
                let at = start + error.valid_up_to();
                return Err(JsonError::Syntax { at, reason: "the text is not UTF-8" });
            }
        }
        Ok(())
    }

    /// An escape; the reader stands on its backslash.
    fn escape(&mut self) -> Result<char> {
        let plain = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.fail("no such escape"),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\uXXXX`, or two of them that make one character.
    fn unicode_escape(&mut self) -> Result<char> {
        let Some(first) = self.code_unit(self.at) else {
            return self.fail("four hexadecimal digits should follow");
        };
        let second = self.code_unit(self.at + 6).unwrap_or_default();
        let mut units = char::decode_utf16([first, second]);
        match units.next() {
            Some(Ok(character)) => {
                self.at += 6 * character.len_utf16();
                Ok(character)
            }
            _ if self.lenient => {
                self.at += 6;
                Ok(char::REPLACEMENT_CHARACTER)
            }
            _ => self.fail("half of a surrogate pair stands alone"),
        }
    }

    /// The UTF-16 code unit of the `\uXXXX` that starts at `at`, if one does.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits
            .iter()
            .try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)? as u16))
    }

    fn space(&mut self) {
        while self.eat(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {}
    }

    /// Passes `byte`, and space before it. Says whether it was there.
    fn skip(&mut self, byte: u8) -> bool {
        self.space();
        self.eat(|found| found == byte)
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let there = self.bytes[self.at..].starts_with(word.as_bytes());
        if there {
            self.at += word.len();
        }
        there
    }

    /// Passes the next byte when it is one that `wanted` wants.
    fn eat(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let there = self.peek().is_some_and(wanted);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fail<T>(&self, reason: &'static str) -> Result<T> {
        Err(JsonError::Syntax { at: self.at, reason })
    }
}

/// The number that `text` says, `None` when no finite `f64` holds it.
fn to_number(text: &str, whole: bool) -> Option<Number> {
    if whole {
        if let Ok(number) = text.parse::<u64>() {
            return Some(number.into());
        }
        // `-0` is a float in JSON libraries: an integer has no negative zero.
        if let Ok(number @ ..0) = text.parse::<i64>() {
            return Some(number.into());
        }
    }
    Number::from_f64(text.parse().ok()?)
}
