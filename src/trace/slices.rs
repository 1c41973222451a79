//! The rows of a trace in slices of a bounded size, so that whoever reads a long run can do something else in between.
//!
//! *Invariant:* the slices of a trace, added in order to one without rows, give the same trace again.

use std::vec::IntoIter;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{JobRow, LevelRow, MarkRow, MessageRow, PartId, PartRow, StayRow, StepRow, Trace};

macro_rules! tables {
    ($($name:ident $field:ident: $row:ty,)+) => {
        /// Some consecutive rows of one table of a trace.
        #[derive(Clone, Debug, BorshDeserialize, BorshSerialize)]
        pub enum Slice {
            $(
                #[doc = concat!("Rows of `", stringify!($field), "`.")]
                $name(Vec<$row>),
            )+
        }

        /// How many rows each table of a trace has, so that room can be made for all of them at once.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
        pub struct Counts {
            $($field: u32,)+
        }

        impl Counts {
            /// The rows of all tables.
            pub fn sum(&self) -> usize {
                0 $(+ self.$field as usize)+
            }
        }

        /// The rows that were taken out of a trace, to be handed out in slices.
        #[derive(Debug)]
        pub struct Sliced {
            $($field: IntoIter<$row>,)+
        }

        impl Slice {
            /// How many rows it has.
            pub fn len(&self) -> usize {
                match self {
                    $(Slice::$name(rows) => rows.len(),)+
                }
            }

            /// Whether it has no row.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }

        impl Sliced {
            /// The next rows of one table, at most so many of them; nothing when all were handed out.
            pub fn next(&mut self, most: usize) -> Option<Slice> {
                $(
                    let rows: Vec<$row> = self.$field.by_ref().take(most).collect();
                    if !rows.is_empty() {
                        return Some(Slice::$name(rows));
                    }
                )+
                None
            }
        }

        impl Trace {
            /// How many rows there are.
            pub fn counts(&self) -> Counts {
                Counts { $($field: self.$field.len() as u32,)+ }
            }

            /// Takes all rows out. What is left has the same actors, kinds and labels, and no rows.
            pub fn take_rows(&mut self) -> Sliced {
                Sliced { $($field: std::mem::take(&mut self.$field).into_iter(),)+ }
            }

            /// Makes room for rows to come. A list that grows by itself is copied each time.
            pub fn reserve(&mut self, counts: &Counts) {
                $(self.$field.reserve_exact(counts.$field as usize);)+
            }

            /// Adds rows after those that are there.
            pub fn add(&mut self, slice: Slice) {
                match slice {
                    $(Slice::$name(mut rows) => self.$field.append(&mut rows),)+
                }
            }
        }
    };
}

tables! {
    Messages messages: MessageRow,
    Stays stays: StayRow,
    Levels levels: LevelRow,
    Marks marks: MarkRow,
    Steps steps: StepRow,
    Jobs jobs: JobRow,
    Parts parts: PartRow,
    Batches batches: Vec<PartId>,
}
