//! The page's third module: what is tried by many runs (`static/evidence.js`), in workers of its own. It has all of the
//! engine that a run needs, so that the engine, which everybody gets, has nothing of it.
//!
//! *Invariant:* texts in, texts out: what one call gives does not hang on another.

#[cfg(target_arch = "wasm32")]
fn main() {}

/// Natively there is the command line.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a part of the page, which runs in a browser: try `cargo xtask serve`");
    std::process::exit(2);
}

/// What scripts may ask.
#[cfg(target_arch = "wasm32")]
mod trying {
    use counterpoint::studio::taken;
    use wasm_bindgen::prelude::wasm_bindgen;

    /// A claim, tried; see [`claim`](taken::claim).
    #[wasm_bindgen]
    pub fn claim(text: &str, id: &str, stop: usize) -> Result<String, String> {
        taken::claim(text, id, stop)
    }

    /// The advice on a workload; see [`advice`](taken::advice).
    #[wasm_bindgen]
    pub fn advice(workload: &str) -> Result<String, String> {
        taken::advice(workload)
    }

    /// How many runs a sweep has; see [`plan`](taken::plan).
    #[wasm_bindgen]
    pub fn plan(sweep: &str) -> Result<String, String> {
        taken::plan(sweep)
    }

    /// A run of it; see [`swept`](taken::swept).
    #[wasm_bindgen]
    pub fn swept(sweep: &str, run: u32) -> Result<String, String> {
        taken::swept(sweep, run)
    }

    /// Where the jobs were in a run of it; see [`waiting`](taken::waiting).
    #[wasm_bindgen]
    pub fn waiting(sweep: &str, point: usize, width: u16) -> Result<String, String> {
        taken::waiting(sweep, point, width)
    }

    /// What is read of its rows; see [`curves`](taken::curves).
    #[wasm_bindgen]
    pub fn curves(sweep: &str, lines: &str, width: u16) -> Result<String, String> {
        taken::curves(sweep, lines, width)
    }
}
