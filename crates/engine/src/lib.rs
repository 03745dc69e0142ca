//! A ComfyUI-compatible backend that needs no GPU: it paints.
//!
//! It speaks ComfyUI's protocol over real HTTP and a real WebSocket, so that a
//! client has no special case for it. Graphs are really executed: pictures are
//! loaded, scaled, blended, masked and saved by the `image` crates. What a
//! diffusion model would do is done by a painter instead: prompt, seed, steps,
//! cfg, size and denoise become a picture that follows the words, step by step.
//! Nodes whose work only a model could show stand in for themselves: they pass on
//! what they are given, so that workflows of today run from end to end.
//!
//! Read in this order: [`Options`] says what can be set, [`Engine`] starts and
//! stops the two threads, `house` holds what lives as long as they do, `api` is
//! the URL map, `ledger` is the queue and the history, `comfy::validate` refuses bad
//! graphs, `worker` and `run` execute good ones, `nodes` is what nodes compute,
//! `hub` tells the sockets.
//!
//! # Where it deliberately differs from ComfyUI
//!
//! Everything else is held to recordings of a real server (0.33.0).
//!
//! | ComfyUI | here |
//! |---|---|
//! | a `client_id` that is a list or an object ends the process | refused: 400 `invalid_request` |
//! | JSON that is not a prompt (bad JSON, a list, a node that is text) is a 500 | 400 `invalid_request` |
//! | uploads that make no sense (unknown `type`, a path as name) are a 500 | 400 |
//! | two queued prompts of equal `number` and `prompt_id` kill the worker | the second waits its turn |
//! | closing a replaced socket deafens the one that replaced it | it does not |
//! | one client that stops reading stops all messages to all clients | it loses previews, then its connection |
//! | `feature_flags` with `data: null` breaks that client's prompts | counts as no flags |
//! | `extra_pnginfo: null` makes `/api/jobs` a 500 for everyone | ignored |
//! | queue unbounded, history of 10,000 | 1,000 queued (then 503 `queue_full`), history of 1,000 |
//! | graphs of any size, pictures until memory ends | 1,024 nodes; 32 megapixels a value, then an `execution_error` |
//! | bare `NaN` and `Infinity` in answers and requests | never sent, refused |
//! | `queue_pending` in heap order | in the order in which it will run |
//! | absolute paths in tracebacks, errors and `system_stats` | none: tracebacks are empty, paths are relative |
//! | models do what they were trained for | their nodes pass on what they are given (`nodes::stand_ins`) |
//! | films of any length | as many pictures as 4 megapixels hold, a slow way into one painting |
//! | `RepeatImageBatch` and `ResizeAndPadImage` of any number of pictures | of as many as 32 megapixels hold |
//! | films that were loaded are decoded | cards of their size stand for their pictures |
//! | sounds are generated; saved as MP3, Opus or FLAC | a tune that follows words and seed; saved as FLAC |
//! | pictures with an alpha channel; saved as EXR | without; saved as PNG |
//! | a switch waits for the branch it takes | for both |
//! | `TextGenerate` writes | it says what it was asked |
//! | pixels are 32-bit floats | pixels are bytes |
//! | previews JPEG at quality 95 | at quality 85 |
//! | `preview=webp` is lossy | lossless; its quality is ignored |
//! | no previews unless a flag or the prompt asks | previews unless [`Options::previews`] is off or the prompt says `none` |
//! | JSON escaped to ASCII with a space after `:` and `,` | compact UTF-8 |
//! | headers over 8190 bytes refused | the limits of `hyper` |
//! | assets, users, settings, user data, logs, templates, the editor | not here: 404 |

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod api;
mod catalogue;
mod clock;
mod engine;
mod film;
mod flac;
mod folders;
mod house;
mod hub;
mod jobs;
mod ledger;
mod nodes;
mod options;
mod pixels;
mod png;
mod run;
mod wav;
mod webp;
mod worker;

pub use engine::Engine;
pub use options::{Faults, Options};
