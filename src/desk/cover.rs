//! A run in a file beside the page, on which the page opens before there is a studio.
//!
//! The file begins with lines of text: what it is and by which program it was made, the title of the scenario, what to look
//! for, and an empty line. So a person sees what it is, and a script can show the words before the program has come that
//! reads the rest.
//!
//! *Invariant:* a file that another version has made is refused by its first line, and nothing more of it is read.

use borsh::{BorshDeserialize, BorshSerialize};

use super::Panel;
use crate::recording::Recording;

/// A built-in scenario that nobody has changed, and its run.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub struct Cover {
    pub panel: Panel,
    pub recording: Recording,
}

/// What the file is, and who can read it. The format's number goes up when the bytes change within one version of the
/// program.
const FIRST_LINE: &str = concat!("Counterpoint recording 3, by version ", env!("CARGO_PKG_VERSION"));

/// Lines before the bytes, of which a scenario's own can be empty.
const LINES: usize = 4;

impl Cover {
    /// As a file.
    pub fn to_file(&self) -> Vec<u8> {
        let Panel { title, look_for, .. } = &self.panel;
        let line = |text: &str| text.replace(char::is_control, " ");
        let mut bytes = format!("{FIRST_LINE}\n{}\n{}\n\n", line(title), line(look_for)).into_bytes();
        // Writing into memory does not fail.
        let _ = self.serialize(&mut bytes);
        bytes
    }

    /// What the file holds.
    ///
    /// # Errors
    /// One sentence without its full stop if this is no recording, or one of another version.
    pub fn from_file(file: &[u8]) -> Result<Cover, &'static str> {
        let mut lines = file.splitn(LINES + 1, |byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        if !first.starts_with(b"Counterpoint recording ") {
            return Err("this is no recording");
        }
        if first != FIRST_LINE.as_bytes() {
            return Err("this recording was made by another version");
        }
        let bytes = lines.nth(LINES - 1).unwrap_or_default();
        borsh::from_slice(bytes).map_err(|_| "this recording is damaged")
    }
}
