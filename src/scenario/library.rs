//! How a scenario is found among others: what its file says of that.
//!
//! *Invariant:* nothing here has to do with a run.

use crate::reading::rule::PROSE;
use crate::reading::{Rule, fields};

fields! {
    /// How the library has a scenario, as written. By which protocols it is found, and by what goes wrong in it, is found out.
    #[derive(Clone, Debug, PartialEq)]
    pub struct LibraryText {
        /// The titles of the groups in which it stands, as they are shown, its own first: at most 4 of 64 characters.
        pub groups: Vec<String> [Rule::List(0, 4, &Rule::Text(1, 64))] = Vec::new(),
        /// Further words to find it by: at most 24 of 64 characters.
        pub words: Vec<String> [Rule::List(0, 24, &Rule::Text(1, 64))] = Vec::new(),
        /// The honest line on when the other style is the better one: at most 500 characters.
        pub otherwise: String [PROSE] = String::new(),
    }
}
