//! Results as they are looked at: what hangs on the wall (`item`), which one
//! is open (`place`), and how close one looks (`zoom`). Plain, without a browser.

mod item;
mod place;
pub(crate) mod zoom;

pub(crate) use item::Item;
pub(crate) use place::Place;
