//! Holds the stand-alone SVG, as programs draw it that are no browsers, against resvg's picture of it.

use crate::setup::{Consent, Setup};
use crate::workspace::{cargo, run};
use anyhow::Result;

/// Sets the programs up and lets them draw every built-in scenario; what they draw is in `target/renderers/`.
pub fn check(consent: Consent) -> Result<()> {
    let tools = Setup::begin(consent)?.renderers()?;
    // In release mode, for resvg draws as well, and the other tests that take long are built so too.
    let words = ["test", "--locked", "--release", "--package", "counterpoint", "--test", "it", "--"];
    run(tools.lend(cargo(&words).args(["renderers::", "--include-ignored"])))
}
