//! One operation, as an entry of `routes` tells it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::shape::{Shape, of};

/// Who may come; a word of it stands in the document as `x-needs`, and is held against the table of
/// authorization by a test of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Also whoever still has to sign in.
    Anybody,
    /// Whoever is let in: in an open house also guests.
    Inside,
    /// The same, but no key that only reads.
    Acting,
    /// Whose job it is, if they may run graphs or use the studio.
    Graph,
    /// Whoever may decide about all that is theirs: no key without the scope `admin`.
    Own,
    /// An account.
    Account,
    Studio,
    Owner,
    /// The seal in the address opens it.
    Sealed,
}

/// How something is sent, or comes.
#[derive(Debug, Clone)]
pub enum Content {
    /// `application/json`.
    Json(Shape),
    /// Of this type, of which nothing more is said.
    Bytes(&'static str),
    /// A form with one file.
    Form,
    /// `text/event-stream`.
    Events,
}

/// As JSON of this type.
pub fn json<T: JsonSchema>() -> Content {
    Content::Json(of::<T>())
}

/// A parameter besides those in the path, which are told by their names.
#[derive(Debug)]
pub struct Parameter {
    /// `query` or `header`.
    pub place: &'static str,
    pub name: &'static str,
    pub shape: Shape,
    pub text: &'static str,
    pub required: bool,
}

/// What a request holds.
#[derive(Debug)]
pub struct Body {
    pub contents: Vec<Content>,
    /// As JSON; for the page and for whoever tries it out.
    pub example: Option<Value>,
}

/// One answer that is no refusal.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: &'static str,
    pub contents: Vec<Content>,
    /// Names of `components/headers`.
    pub headers: &'static [&'static str],
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    pub method: &'static str,
    /// Below `/api/parlor/v1`, as in the router.
    pub path: &'static str,
    /// `operationId`: what a generated client calls it.
    pub id: &'static str,
    pub summary: &'static str,
    pub text: &'static str,
    pub needs: Needs,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
    /// Statuses besides those that follow from the rest, see [`Operation::refusals`].
    pub refuses: &'static [u16],
}

macro_rules! methods {
    ($($name:ident $method:literal)*) => {$(
        pub fn $name(path: &'static str, id: &'static str) -> Operation {
            Operation::new($method, path, id)
        }
    )*};
}
methods!(get "get" head "head" post "post" put "put" patch "patch" delete "delete");

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            summary: "",
            text: "",
            needs: if matches!(method, "get" | "head") { Needs::Inside } else { Needs::Acting },
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refuses: &[],
        }
    }

    /// A few words, and what else is to be known.
    pub fn says(mut self, summary: &'static str, text: &'static str) -> Self {
        (self.summary, self.text) = (summary, text);
        self
    }

    pub fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    pub fn query(self, name: &'static str, shape: Shape, text: &'static str) -> Self {
        self.parameter(Parameter { place: "query", name, shape, text, required: false })
    }

    pub fn query_needed(self, name: &'static str, shape: Shape, text: &'static str) -> Self {
        self.parameter(Parameter { place: "query", name, shape, text, required: true })
    }

    pub fn header(self, name: &'static str, shape: Shape, text: &'static str) -> Self {
        self.parameter(Parameter { place: "header", name, shape, text, required: false })
    }

    pub fn header_needed(self, name: &'static str, shape: Shape, text: &'static str) -> Self {
        self.parameter(Parameter { place: "header", name, shape, text, required: true })
    }

    fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body, with one to copy.
    pub fn takes<T: JsonSchema>(mut self, example: Value) -> Self {
        self.body = Some(Body { contents: vec![json::<T>()], example: Some(example) });
        self
    }

    /// A body in one of several forms.
    pub fn takes_any(mut self, contents: Vec<Content>, example: Option<Value>) -> Self {
        self.body = Some(Body { contents, example });
        self
    }

    pub fn answers(self, status: u16, content: Content, text: &'static str) -> Self {
        self.answers_any(status, vec![content], text)
    }

    /// An answer in one of several forms, or in none.
    pub fn answers_any(mut self, status: u16, contents: Vec<Content>, text: &'static str) -> Self {
        self.answers.push(Answer { status, text, contents, headers: &[] });
        self
    }

    /// 204.
    pub fn answers_nothing(self, text: &'static str) -> Self {
        self.answers_any(204, Vec::new(), text)
    }

    /// Headers of the answer before.
    pub fn with(mut self, headers: &'static [&'static str]) -> Self {
        let answer = self.answers.last_mut().expect("an answer comes before its headers");
        answer.headers = headers;
        self
    }

    pub fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refuses = statuses;
        self
    }

    /// All statuses with which it refuses and that are worth a word, sorted.
    pub fn refusals(&self) -> Vec<u16> {
        let mut all = self.refuses.to_vec();
        // Whoever shows a key that is not known, or too often.
        all.extend([401, 429]);
        if !self.parameters.is_empty() || self.body.is_some() {
            all.push(400);
        }
        if !matches!(self.needs, Needs::Anybody | Needs::Inside | Needs::Sealed) {
            all.push(403);
        }
        if self.path.contains('{') {
            all.push(404);
        }
        if let Some(body) = &self.body {
            all.extend([408, 413]);
            if body.contents.iter().any(|content| matches!(content, Content::Json(_))) {
                all.push(415);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Text, whatever it says: where less is meant, more is cut off or finds nothing.
pub fn text() -> Shape {
    Shape::Literal(json!({"type": "string"}))
}

/// A whole number from here to there.
pub fn number(least: i64, most: i64) -> Shape {
    Shape::Literal(json!({"type": "integer", "minimum": least, "maximum": most}))
}
