//! Small parts of pages, one file or folder each, with their CSS in `style/`.

pub(crate) mod composer;
pub(crate) mod demo;
pub(crate) mod frame;
pub(crate) mod icon;
pub(crate) mod keys;
pub(crate) mod room;
pub(crate) mod stage;
pub(crate) mod toasts;
pub(crate) mod top_bar;
pub(crate) mod trouble;
pub(crate) mod wall;
