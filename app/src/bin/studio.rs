//! The host's program.

fn main() {
    app::studio::start();
}
