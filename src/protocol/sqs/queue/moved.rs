//! What is moved from one queue to another, its dead-letter queue, where it is a message like any other.
//!
//! Sources: developer guide, "Using dead-letter queues", "Setting up dead-letter queue retention" and "Configure a
//! dead-letter queue redrive" (a message that is moved is never taken for a duplicate there); API reference,
//! ReceiveMessage (receives are counted across all queues). *Invariant:* nothing is lost on the way, for both queues are
//! within SQS.

use super::super::messages::{Moved, Number, QueueTimer, Receipt, ToQueue};
use super::super::settings::QueueType;
use super::store::Store;
use crate::engine::{LinkId, Parcel, Word};
use crate::protocol::Stage;
use crate::time::Span;
use crate::trace::{Ending, MarkKind, Slot};

// Named in xtask/src/finish.rs, for only systems have such queues.

/// A message goes to another queue.
#[inline(never)]
pub(super) fn go(link: LinkId<ToQueue>, word: Word, moved: Moved, stage: &mut Stage<'_>) {
    crate::protocol::only_in_systems();
    stage.send(Parcel::new(link, word, moved.part), ToQueue::Moved(moved));
}

/// A message has come from another queue, and is visible at once. A standard queue keeps it as long as if it had been sent
/// here in the first place, and a FIFO queue from now on.
#[inline(never)]
pub(super) fn take_in(store: &mut Store, (moved, kind): (Moved, QueueType), stage: &mut Stage<'_>) {
    crate::protocol::only_in_systems();
    let sent = match kind {
        QueueType::Standard => moved.sent,
        QueueType::Fifo => stage.now(),
    };
    let left = (sent + store.retention).since(stage.now());
    if left == Span::ZERO {
        return stage.mark(MarkKind::Dropped, Slot::WHOLE, moved.part, 0, store.words.retention_over);
    }
    let said = store.words.dead_lettered;
    let lies = store.lies.map(|_| said);
    if lies.is_none() {
        stage.mark(MarkKind::DeadLettered, Slot::WHOLE, moved.part, 0, said);
    }
    let number = store.enter(Moved { sent, ..moved }, Span::ZERO, lies, stage);
    // It is older than those that came before it, for which one timer does.
    let timer = stage.set_timer(left, QueueTimer::MovedRetentionOver { number });
    if let Some(stored) = store.messages.get_mut(&number) {
        stored.kept_until = Some(timer);
    }
}

/// It was kept long enough. Returns its handle, which is void now.
#[inline(never)]
pub(super) fn retention_over(store: &mut Store, number: Number, stage: &mut Stage<'_>) -> Option<Receipt> {
    crate::protocol::only_in_systems();
    let stored = store.messages.get(&number)?;
    let (part, receipt) = (stored.part, stored.receipt);
    stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, store.words.retention_over);
    store.delete(number, Ending::Expired, stage);
    Some(receipt)
}
