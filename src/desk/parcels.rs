//! What is sent between page and engine: orders one way, reports the other, and long recordings in slices.
//!
//! The page asks for each slice when it has read the one before. So it can do something else in between, nothing piles up
//! on the way, and a recording that nobody wishes for any more stays where it is.
//!
//! *Invariant:* no parcel has more than [`MOST_ROWS`] rows, however long the run is.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Order, Report};
use crate::recording::Rows;
use crate::trace::{Counts, Slice};

/// Rows in one parcel: read in a few milliseconds.
pub const MOST_ROWS: usize = 16_384;

/// What the page sends.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub enum Letter {
    /// An order with its number.
    Order(u32, Order),
    /// The page has read all rows so far, and asks for the next ones.
    More,
}

/// What the engine sends.
#[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
pub enum Parcel {
    Report(Report),
    /// A run has ended, and its recording has no rows yet: so many will follow for each side.
    Begun(Report, Vec<Counts>),
    /// The next rows of the side of that number.
    Rows(u8, Slice),
    /// All rows of the recording were sent.
    Complete,
}

/// Packs what the engine has to say.
#[derive(Debug, Default)]
pub struct Packer {
    /// Of the recording that is being handed over.
    rest: Option<Rows>,
}

impl Packer {
    /// The parcel with which a report begins; there are more if it is a long recording.
    pub fn pack(&mut self, mut report: Report) -> Parcel {
        // What is being handed over is of before.
        if matches!(report, Report::Ended { .. } | Report::Taken { running: true, .. }) {
            self.rest = None;
        }
        if let Report::Ended { recording, .. } = &mut report {
            let counts = recording.counts();
            if counts.iter().map(Counts::sum).sum::<usize>() > MOST_ROWS {
                self.rest = Some(recording.take_rows());
                return Parcel::Begun(report, counts);
            }
        }
        Parcel::Report(report)
    }

    /// The next parcel of a recording; nothing if there is none on its way.
    pub fn more(&mut self) -> Option<Parcel> {
        let Some((side, slice)) = self.rest.as_mut()?.next(MOST_ROWS) else {
            self.rest = None;
            return Some(Parcel::Complete);
        };
        Some(Parcel::Rows(side, slice))
    }
}

/// Puts together what the page is sent.
#[derive(Debug, Default)]
pub struct Unpacker {
    /// The report of a run that ended. Its recording does not have all of its rows yet.
    begun: Option<Report>,
    rows: usize,
}

/// What the page does with a parcel.
// There is one at a time, so its size does not matter, and a box would be code in the page.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Unpacked {
    /// Nothing is missing.
    Whole(Report),
    /// More has to be asked for.
    Partly,
    /// It belongs to what is not awaited any more.
    Unasked,
}

impl Unpacker {
    /// How many rows the recording has that is being handed over, or was last.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn unpack(&mut self, parcel: Parcel) -> Unpacked {
        match parcel {
            Parcel::Report(mut report) => {
                match (&mut report, &mut self.begun) {
                    // Another order was taken, and left the run as it is: that has ended, but is not shown yet.
                    (
                        Report::Taken { number: taken, running: running @ false, .. },
                        Some(Report::Ended { number, .. }),
                    ) => {
                        *number = *taken;
                        *running = true;
                    }
                    // The rest will not come.
                    (Report::Taken { .. } | Report::Ended { .. }, begun) => *begun = None,
                    _ => {}
                }
                Unpacked::Whole(report)
            }
            Parcel::Begun(mut report, counts) => {
                if let Report::Ended { recording, .. } = &mut report {
                    recording.reserve(&counts);
                }
                self.rows = counts.iter().map(Counts::sum).sum();
                self.begun = Some(report);
                Unpacked::Partly
            }
            Parcel::Rows(side, slice) => match &mut self.begun {
                Some(Report::Ended { recording, .. }) => {
                    recording.add(side, slice);
                    Unpacked::Partly
                }
                _ => Unpacked::Unasked,
            },
            Parcel::Complete => self.begun.take().map_or(Unpacked::Unasked, Unpacked::Whole),
        }
    }
}
