//! What is taken from the page to somewhere else: a file of a run, or a text for another page.
//!
//! *Invariant:* it is made from a link, and says what the link says.

mod file;
mod mine;
mod snippet;
mod tried;

pub use file::{Wanted, made};
pub use mine::mine;
pub use snippet::{Dress, Place, command, snippet};
pub use tried::{advice, claim, curves, plan, swept, waiting};
