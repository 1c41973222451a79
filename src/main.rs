//! The page's program: scripts mount it, see `static/boot.js`.

#[cfg(target_arch = "wasm32")]
fn main() {
    counterpoint::ui::prepare();
}

/// The page runs in browsers only; natively there is the command line.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is the page, which runs in a browser: try `cargo xtask serve`");
    std::process::exit(2);
}
