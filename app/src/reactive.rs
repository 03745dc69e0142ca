//! Reactive parts that cost little code.
//!
//! Leptos makes its machinery anew for every closure. Compiled to WebAssembly that is most of a
//! page, so what is used often goes through here, where it is made once for every type of value.

use std::ops::Deref;

use leptos::prelude::*;

/// A memo. The same as `Memo::new`.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    fn boxed<T: PartialEq + Send + Sync + 'static>(compute: Compute<T>) -> Memo<T> {
        Memo::new(compute)
    }
    boxed(Box::new(compute))
}

type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;

/// Shows its children while `when` holds. They are drawn anew only when that changes.
#[component]
pub(crate) fn Show(#[prop(into)] when: Signal<bool>, children: ChildrenFn) -> impl IntoView {
    let when = memo(move |_| when.get());
    (move || when.get().then(|| children())).into_any()
}

/// Looking at a value through its guard. The same as `with` and `with_untracked`, which take the
/// closure down through every layer of a signal and are compiled anew for each.
pub(crate) trait See {
    type Seen: ?Sized;

    /// Looks, and looks again whenever the value changes.
    fn see<R>(&self, look: impl FnOnce(&Self::Seen) -> R) -> R;
}

/// The same for once only.
pub(crate) trait Peek {
    type Seen: ?Sized;

    /// Looks once.
    fn peek<R>(&self, look: impl FnOnce(&Self::Seen) -> R) -> R;
}

impl<S> See for S
where
    S: Read,
    S::Value: Deref,
{
    type Seen = <S::Value as Deref>::Target;

    fn see<R>(&self, look: impl FnOnce(&Self::Seen) -> R) -> R {
        look(&self.read())
    }
}

impl<S> Peek for S
where
    S: ReadUntracked,
    S::Value: Deref,
{
    type Seen = <S::Value as Deref>::Target;

    fn peek<R>(&self, look: impl FnOnce(&Self::Seen) -> R) -> R {
        look(&self.read_untracked())
    }
}
