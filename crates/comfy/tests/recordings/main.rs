//! Everything a real ComfyUI was heard to say is read, and written back without
//! loss. The recordings, and the whole catalogue of that server, are in
//! `fixtures`.

#[cfg(feature = "client")]
mod answers;
mod catalogue;
mod jobs;
mod lines;
mod messages;
