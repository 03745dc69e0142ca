//! Reactive parts that cost little code.
//!
//! Leptos makes its machinery anew for every closure. Compiled to WebAssembly that is most of a
//! page, so what is used often goes through here, where it is made once for every type of value.

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
