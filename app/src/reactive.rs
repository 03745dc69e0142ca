//! Leptos's reactive values, compiled once.
//!
//! Leptos makes its machinery anew for every type of value and for every closure. Compiled to
//! WebAssembly that is most of a page. The types here have Leptos's names and manners, but keep
//! what they hold in a box of one type, and closures go in boxes too: there is one signal, one
//! memo and one effect in the module, however many the page has.

use std::{any::Any, marker::PhantomData, ops::Deref};

use leptos::prelude::{
    Effect, Read, ReadUntracked, ReadValue, Track, Write, WriteValue, component,
};

use crate::dom::{ChildrenFn, IntoNode, Node};

/// What a signal holds.
type Held = Box<dyn Any + Send + Sync>;

/// A value that says when it changes. A handle, cheap to copy; the value lives as long as the part
/// of the page that made it.
pub(crate) struct RwSignal<T> {
    inner: leptos::prelude::RwSignal<Held>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        let held: Held = Box::new(value);
        Self { inner: leptos::prelude::RwSignal::new(held), holds: PhantomData }
    }

    /// Changes the value and tells everyone who looks on. Does nothing, and returns `None`, once
    /// the part of the page that made it is gone.
    pub(crate) fn try_update<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.inner.try_write().map(|mut held| change(down_mut(&mut held)))
    }

    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    pub(crate) fn set(self, value: T) {
        self.try_update(|held| *held = value);
    }

    /// Looks, and looks again whenever the value changes.
    pub(crate) fn see<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.read())
    }

    /// Looks once.
    pub(crate) fn peek<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(down(&**self.inner.read_untracked()))
    }

    pub(crate) fn read(self) -> impl Deref<Target = T> {
        Guard { guard: self.inner.read(), down: |held: &Held| down(&**held) }
    }

    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.read().clone()
    }

    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.peek(T::clone)
    }
}

impl<T: Default + Send + Sync + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// A value made from others, made again when they change; whoever looks at it hears of it only if
/// it came out different.
pub(crate) struct Memo<T> {
    inner: leptos::prelude::Memo<Made>,
    holds: PhantomData<fn() -> T>,
}

/// What a memo holds.
struct Made(Box<dyn Comparable>);

trait Comparable: Any + Send + Sync {
    fn is(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Comparable for T {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

impl PartialEq for Made {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&*other.0)
    }
}

type Compute = Box<dyn Fn(Option<&Made>) -> Made + Send + Sync>;

/// A memo of what `compute` makes, given what it made before.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    fn boxed(compute: Compute) -> leptos::prelude::Memo<Made> {
        leptos::prelude::Memo::new(compute)
    }
    let compute =
        move |before: Option<&Made>| Made(Box::new(compute(before.map(|made| down(&*made.0)))));
    Memo { inner: boxed(Box::new(compute)), holds: PhantomData }
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// Looks, and looks again whenever the value changes.
    pub(crate) fn see<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.read())
    }

    /// Looks once.
    pub(crate) fn peek<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(down(&*self.inner.read_untracked().0))
    }

    pub(crate) fn read(self) -> impl Deref<Target = T> {
        Guard { guard: self.inner.read(), down: |made: &Made| down(&*made.0) }
    }

    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.read().clone()
    }

    pub(crate) fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.peek(T::clone)
    }

    /// `None` once the part of the page that made it is gone.
    pub(crate) fn try_get_untracked(self) -> Option<T>
    where
        T: Clone,
    {
        self.inner.try_read_untracked().map(|made| down::<T>(&*made.0).clone())
    }

    /// Looks again whenever the value changes, whatever it is.
    pub(crate) fn track(self) {
        self.inner.track();
    }
}

/// A value that tells nobody. A handle, cheap to copy.
pub(crate) struct StoredValue<T> {
    inner: leptos::prelude::StoredValue<Held>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        let held: Held = Box::new(value);
        Self { inner: leptos::prelude::StoredValue::new(held), holds: PhantomData }
    }

    pub(crate) fn with_value<R>(self, look: impl FnOnce(&T) -> R) -> R {
        look(down(&**self.inner.read_value()))
    }

    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// Does nothing, and returns `None`, once the part of the page that made it is gone.
    pub(crate) fn update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.inner.try_write_value().map(|mut held| change(down_mut(&mut held)))
    }

    pub(crate) fn set_value(self, value: T) {
        self.update_value(|held| *held = value);
    }
}

/// A look at what lies in a box.
struct Guard<G: Deref, T> {
    guard: G,
    down: fn(&G::Target) -> &T,
}

impl<G: Deref, T> Deref for Guard<G, T> {
    type Target = T;

    fn deref(&self) -> &T {
        (self.down)(&self.guard)
    }
}

const TYPED: &str = "a handle is made with its value, and only ever changes that";

fn down<T: 'static>(held: &dyn Any) -> &T {
    held.downcast_ref().expect(TYPED)
}

fn down_mut<T: 'static>(held: &mut Held) -> &mut T {
    held.downcast_mut().expect(TYPED)
}

macro_rules! copy {
    ($($handle:ident),*) => { $(
        impl<T> Clone for $handle<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $handle<T> {}
    )* };
}

copy!(RwSignal, Memo, StoredValue);

/// Does something now, and again whenever what it looked at changes.
pub(crate) fn effect(mut act: impl FnMut() + 'static) {
    let act: Box<dyn FnMut(Option<()>)> = Box::new(move |_| act());
    Effect::new(act);
}

/// Does something whenever `value` has become different, but not for what it is now.
pub(crate) fn watch<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
    mut act: impl FnMut(&T) + 'static,
) {
    let value = memo(move |_| value());
    let mut is_first = true;
    effect(move || {
        let value = value.read();
        if !std::mem::take(&mut is_first) {
            leptos::prelude::untrack(|| act(&value));
        }
    });
}

/// Shows its children while `when` holds. They are drawn anew only when that changes.
#[component]
pub(crate) fn Show(when: impl Fn() -> bool + Send + Sync + 'static, children: ChildrenFn) -> Node {
    let when = memo(move |_| when());
    (move || when.get().then(|| children.draw())).into_node()
}
