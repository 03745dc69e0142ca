//! What an attribute, a class, a style or a property can be.

use std::borrow::Cow;

use crate::reactive::{Memo, RwSignal};

/// The value of something that an element has.
pub(crate) enum Value {
    /// It has it not.
    Absent,
    /// It has it, or has it not, and there is nothing more to say.
    Flag(bool),
    Text(Cow<'static, str>),
    /// Set anew when what it looks at changes.
    Changing(Box<dyn FnMut() -> Value + Send>),
}

/// What can stand for a value.
pub(crate) trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Flag(self)
    }
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Text(Cow::Borrowed(self))
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(Cow::Owned(self))
    }
}

impl IntoValue for f64 {
    fn into_value(self) -> Value {
        wire::text::shown(self).into_value()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl IntoValue for $number {
            fn into_value(self) -> Value {
                self.to_string().into_value()
            }
        }
    )* };
}

numbers!(u32, u64, usize);

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Absent, IntoValue::into_value)
    }
}

impl<T: IntoValue, F: FnMut() -> T + Send + 'static> IntoValue for F {
    fn into_value(mut self) -> Value {
        Value::Changing(Box::new(move || self().into_value()))
    }
}

macro_rules! signals {
    ($($signal:ident),*) => { $(
        impl<T: IntoValue + Clone + Send + Sync + 'static> IntoValue for $signal<T> {
            fn into_value(self) -> Value {
                (move || self.get()).into_value()
            }
        }
    )* };
}

signals!(Memo, RwSignal);
