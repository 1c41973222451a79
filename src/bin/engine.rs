//! The page's second module: runs scenarios in a worker. What scripts may call of it is for tests and benches.
//!
//! *Invariant:* what wasm-bindgen exports stands here and not in the library, for from there it would be in the page's
//! first module as well.

#[cfg(target_arch = "wasm32")]
fn main() {
    counterpoint::worker::serve();
}

/// The engine of the page runs in browsers only; natively there is the command line.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is a part of the page, which runs in a browser: try `cargo xtask serve`");
    std::process::exit(2);
}

/// For the tests that hold browsers to the bytes of other machines.
#[cfg(target_arch = "wasm32")]
mod sameness {
    use counterpoint::render::fingerprints;
    use counterpoint::scenario::preset;
    use wasm_bindgen::prelude::wasm_bindgen;

    /// The hashes of that built-in scenario for the first seeds; see
    /// [`fingerprints`](counterpoint::render::fingerprints::fingerprints).
    #[wasm_bindgen(js_name = fingerprints)]
    pub fn fingerprints(name: &str, seeds: u32) -> Option<String> {
        preset(name).map(|preset| fingerprints::fingerprints(preset, 1..u64::from(seeds) + 1))
    }
}

/// For the scripts that start the engine.
#[cfg(target_arch = "wasm32")]
mod starting {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Takes the files of the built-in scenarios, which come beside this module.
    #[wasm_bindgen]
    pub fn bring(files: String) {
        counterpoint::scenario::bring(files);
    }
}

/// For the sheets by which something is taken from the page (`static/taking.js`).
#[cfg(target_arch = "wasm32")]
mod taking {
    use counterpoint::studio::taken::{self, Dress, Place, Wanted};
    use wasm_bindgen::prelude::wasm_bindgen;

    fn wanted(own: &str, format: &str, side: &str, width: u16, theme: &str, at: &str) -> Wanted {
        let own = own.into();
        Wanted { own, format: format.into(), side: side.into(), width, theme: theme.into(), at: at.into() }
    }

    /// What a link means, for a reader to go on with; see [`mine`](taken::mine).
    #[wasm_bindgen]
    pub fn mine(link: &str, own: &str) -> String {
        taken::mine(link, own)
    }

    /// The file that is wanted of what a link says. `own` is the scenario that it means, if it is not built in.
    #[wasm_bindgen]
    pub fn file(
        link: &str,
        own: &str,
        format: &str,
        side: &str,
        width: u16,
        theme: &str,
        at: &str,
    ) -> Result<Vec<u8>, String> {
        taken::made(link, &wanted(own, format, side, width, theme, at))
    }

    /// The command that writes it.
    #[wasm_bindgen]
    #[allow(clippy::too_many_arguments)]
    pub fn command(
        link: &str,
        own: &str,
        format: &str,
        side: &str,
        width: u16,
        theme: &str,
        at: &str,
        scale: u32,
        output: &str,
    ) -> String {
        taken::command(link, &wanted(own, format, side, width, theme, at), scale, output)
    }

    /// The places for which there is a text: two lines each, its name and what has to be done there once.
    #[wasm_bindgen]
    pub fn places() -> Vec<String> {
        Place::ALL.iter().map(|place| format!("{}\n{}", place.name(), place.before())).collect()
    }

    /// What to put into the place of that number.
    #[wasm_bindgen]
    pub fn snippet(place: usize, link: &str, own: &str, controls: &str, theme: &str, side: &str, page: &str) -> String {
        let dress = Dress { controls: controls.into(), theme: theme.into(), side: side.into() };
        Place::ALL.get(place).map_or_else(String::new, |place| taken::snippet(*place, link, own, &dress, page))
    }
}

/// For those who write a scenario in the page.
#[cfg(target_arch = "wasm32")]
mod writing {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// What keeps a text from being a scenario, as a list in JSON; see
    /// [`problems_as_json`](counterpoint::scenario::problems_as_json).
    #[wasm_bindgen]
    pub fn problems(text: &str) -> String {
        counterpoint::scenario::problems_as_json(text)
    }
}

/// For a page that measures: each returns the agenda events it handled.
#[cfg(all(target_arch = "wasm32", feature = "bench"))]
mod speed {
    use counterpoint::measure::{bare, counts, queue};
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(js_name = measureQueue)]
    pub fn measure_queue(jobs: u32) -> f64 {
        queue(jobs).events as f64
    }

    /// Does as much as a queue of so many thousand jobs.
    #[wasm_bindgen(js_name = measureBare)]
    pub fn measure_bare(thousands_of_jobs: u32) -> f64 {
        bare(counts(&queue(1000)).times(thousands_of_jobs.into())).events as f64
    }
}
