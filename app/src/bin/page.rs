//! The guest's program: hall, run page, gallery, embed.

fn main() {
    app::start();
}
