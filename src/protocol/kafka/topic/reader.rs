//! Who reads a topic.
//!
//! *Invariant:* a group reads every record, and no group knows of another.

use crate::protocol::kafka::settings::GroupSettings;
use crate::trace::ReaderId;

/// A group that reads the topic.
pub(crate) struct Reader<'a> {
    pub group: &'a GroupSettings,
    /// By which the trace knows it.
    pub id: ReaderId,
    /// Which of a job's parts a record is to it, by number; without one, the part that was published.
    pub carries: Option<u16>,
}
