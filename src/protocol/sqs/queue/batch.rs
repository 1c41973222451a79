//! DeleteMessageBatch: one request with a result for each of its messages.
//!
//! It is answered 200 whatever its results are (API reference, DeleteMessageBatch). *Invariant:* a message is deleted by the
//! handle of its latest receive alone, as by DeleteMessage.

use super::super::messages::{Number, Receipt};
use super::super::settings::QueueType;
use super::store::Store;
use crate::protocol::Stage;
use crate::protocol::by_number::ByNumber;
use crate::trace::{Ending, PartId};

// Named in xtask/src/finish.rs, for only systems have pollers that do so.
#[inline(never)]
pub(super) fn delete(
    (store, receipts): (&mut Store, &mut ByNumber<Receipt, Number>),
    kind: QueueType,
    (load, first, count): (PartId, Receipt, u16),
    stage: &mut Stage<'_>,
) {
    crate::protocol::only_in_systems();
    let parts = stage.parts_in(&load).to_vec();
    for receipt in first..first + Receipt::from(count) {
        let Some(number) = receipts.get(&receipt).copied() else { continue };
        // A FIFO queue refuses a handle whose time-out is over.
        let is_held = kind == QueueType::Standard || store.is_in_flight(number);
        if is_held && parts.contains(&store.part(number)) {
            receipts.remove(&receipt);
            store.delete(number, Ending::Done, stage);
        }
    }
}
