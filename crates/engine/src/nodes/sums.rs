//! Sums that people write into workflows: `floor(a / 16) * 16`.

/// What is reckoned with. Whole numbers are exact up to 2⁵³.
pub(super) type Number = f64;

/// Longest sum, in bytes.
const LONGEST: usize = 1_000;

/// How deep brackets and signs may be nested.
const DEEPEST: u32 = 50;

/// The result, where `value` knows what a letter stands for. Operators bind as in Python.
///
/// # Errors
///
/// What cannot be read, or has no result.
pub(super) fn calculate(
    text: &str,
    value: &dyn Fn(char) -> Option<Number>,
) -> Result<Number, String> {
    if text.len() > LONGEST {
        return Err(format!("a sum may have {LONGEST} characters; this one has {}", text.len()));
    }
    let mut sum = Sum { rest: text, value, depth: 0 };
    let result = sum.binary(0)?;
    if !sum.skip().is_empty() {
        return Err(format!("“{text}” cannot be read from “{}” on", sum.rest));
    }
    if result.is_finite() { Ok(result) } else { Err(format!("“{text}” has no result")) }
}

type Operation = fn(Number, Number) -> Number;

/// Operators from the loosest to the closest; longer ones before those that they begin with.
#[expect(clippy::float_cmp, reason = "whoever asks whether numbers are equal is told that")]
const OPERATORS: &[&[(&str, Operation)]] = &[
    &[
        ("<=", |a, b| f64::from(a <= b)),
        (">=", |a, b| f64::from(a >= b)),
        ("==", |a, b| f64::from(a == b)),
        ("!=", |a, b| f64::from(a != b)),
        ("<", |a, b| f64::from(a < b)),
        (">", |a, b| f64::from(a > b)),
    ],
    &[("|", |a, b| (a as i64 | b as i64) as f64)],
    &[("&", |a, b| (a as i64 & b as i64) as f64)],
    &[("+", |a, b| a + b), ("-", |a, b| a - b)],
    &[
        ("//", |a, b| (a / b).floor()),
        ("*", |a, b| a * b),
        ("/", |a, b| a / b),
        ("%", |a, b| a - b * (a / b).floor()),
    ],
];

/// What is left to read.
struct Sum<'a> {
    rest: &'a str,
    value: &'a dyn Fn(char) -> Option<Number>,
    depth: u32,
}

impl Sum<'_> {
    fn skip(&mut self) -> &str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    fn take(&mut self, sign: &str) -> bool {
        let rest = self.skip().strip_prefix(sign).map(str::len);
        if let Some(left) = rest {
            self.rest = &self.rest[self.rest.len() - left..];
        }
        rest.is_some()
    }

    /// Operators of this row of the table and those that bind closer.
    fn binary(&mut self, row: usize) -> Result<Number, String> {
        let Some(operators) = OPERATORS.get(row) else { return self.unary() };
        let mut left = self.binary(row + 1)?;
        while !self.skip().starts_with("**") {
            let Some((_, operation)) = operators.iter().find(|(sign, _)| self.take(sign)) else {
                break;
            };
            left = operation(left, self.binary(row + 1)?);
        }
        Ok(left)
    }

    /// Whatever is nested goes through here.
    fn unary(&mut self) -> Result<Number, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("a sum may be nested {DEEPEST} deep"));
        }
        let result = self.signed();
        self.depth -= 1;
        result
    }

    fn signed(&mut self) -> Result<Number, String> {
        if self.take("-") {
            return Ok(-self.unary()?);
        }
        if self.take("+") {
            return self.unary();
        }
        if self.take("~") {
            return Ok(!(self.unary()? as i64) as f64);
        }
        let base = self.atom()?;
        if self.take("**") { Ok(base.powf(self.unary()?)) } else { Ok(base) }
    }

    fn atom(&mut self) -> Result<Number, String> {
        if self.take("(") {
            let inner = self.binary(0)?;
            return if self.take(")") { Ok(inner) } else { Err("a bracket is not closed".into()) };
        }
        let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_');
        let rest = self.skip();
        let end = rest.find(|letter| !word(letter)).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        self.rest = &self.rest[end..];
        if name.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return name.parse().map_err(|_| format!("“{name}” is no number"));
        }
        if self.take("(") {
            return self.function(&name);
        }
        let mut letters = name.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => {
                (self.value)(letter).ok_or_else(|| format!("nothing says what {letter} is"))
            }
            _ => Err(format!("“{name}” is neither a number nor a letter")),
        }
    }

    fn function(&mut self, name: &str) -> Result<Number, String> {
        let mut arguments = vec![self.binary(0)?];
        while self.take(",") {
            arguments.push(self.binary(0)?);
        }
        if !self.take(")") {
            return Err(format!("the bracket after {name} is not closed"));
        }
        let first = arguments[0];
        match name {
            "min" => Ok(arguments.into_iter().fold(f64::INFINITY, f64::min)),
            "max" => Ok(arguments.into_iter().fold(f64::NEG_INFINITY, f64::max)),
            "abs" => Ok(first.abs()),
            "ceil" => Ok(first.ceil()),
            "floor" => Ok(first.floor()),
            "int" => Ok(first.trunc()),
            "float" => Ok(first),
            "round" => Ok(first.round_ties_even()),
            "sqrt" => Ok(first.sqrt()),
            _ => Err(format!("there is no function {name} here")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn result(text: &str) -> Result<Number, String> {
        calculate(text, &|letter| {
            (letter == 'a').then_some(1000.0).or((letter == 'b').then_some(3.0))
        })
    }

    #[test]
    fn sums_of_real_workflows_come_out_as_in_python() {
        for (sum, expected) in [
            ("a/2", 500.0),
            ("a * b + 1", 3001.0),
            ("max(((a + 15) // 16) * 16, 256)", 1008.0),
            ("a & -8", 1000.0),
            ("a & ~1", 1000.0),
            ("a > 2048", 0.0),
            ("floor(a/32)*32", 992.0),
            ("max(5, round(b * 24)) + (5 - (max(5, round(b * 24)) % 17)) % 17", 73.0),
            ("min(abs(-b), 16) * a", 3000.0),
            ("-7 // 2", -4.0),
            ("-7 % 3", 2.0),
            ("-2 ** 2", -4.0),
            ("2 ** 3 ** 2", 512.0),
        ] {
            assert_eq!(result(sum), Ok(expected), "{sum}");
        }
    }

    #[test]
    fn what_is_no_sum_is_said() {
        for (sum, words) in [
            ("", "neither"),
            ("a +", "neither"),
            ("(a", "not closed"),
            ("a b", "from “b” on"),
            ("c", "what c is"),
            ("1/0", "no result"),
            ("open(a)", "no function open"),
            (&"(".repeat(100), "50 deep"),
            (&"(".repeat(1001), "1000 characters"),
        ] {
            let said = result(sum).unwrap_err();
            assert!(said.contains(words), "{sum}: {said}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+*/%&|~()a-c0-9., <=>]{0,60}|\\PC{0,40}") {
            let _ = result(&text);
        }
    }
}
