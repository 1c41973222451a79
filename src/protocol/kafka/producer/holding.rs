//! What a producer does where its memory is bounded: each batch takes its share, and a `send()` that finds none left
//! blocks its thread.
//!
//! Source: apache/kafka, BufferPool, RecordAccumulator and KafkaProducer.doSend. *Invariant:* a batch has its memory from
//! when it is opened until nothing of it is awaited any more.

use super::batches::Lane;
use super::buffer::Held;
use super::{Client, What};
use crate::protocol::Stage;
use crate::protocol::port::Task;
use crate::trace::{CallerOutcome, MarkKind};

// What is called from outside is named in xtask/src/finish.rs.
impl Client {
    /// Whether a record joins the open batch of its partition.
    fn joins(&self, partition: u16) -> bool {
        self.lanes[usize::from(partition)].takes(self.record_size, self.batch_size)
    }

    /// Whether there is memory for another batch.
    fn has_memory(&self) -> bool {
        let batches: u64 = self.lanes.iter().map(|lane| lane.len() as u64).sum();
        let batch = u64::from(self.batch_size.max(self.record_size));
        self.buffer.as_ref().is_none_or(|buffer| (batches + 1) * batch <= buffer.memory)
    }

    /// Files a record of that partition, or holds it until there is memory.
    #[inline(never)]
    pub(super) fn file_or_hold(&mut self, task: Task, partition: u16, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let Some(buffer) = &mut self.buffer else { return };
        let number = buffer.last + 1;
        let (nobody_waits, max_block) = (buffer.held.is_empty(), buffer.max_block);
        if self.joins(partition) || (nobody_waits && self.has_memory()) {
            return self.take_on(task, partition, stage);
        }
        let timer = stage.set_timer(max_block, self.timer(partition, What::NoRoom(number)));
        if let Some(buffer) = &mut self.buffer {
            buffer.last = number;
            buffer.held.push_back(Held { number, task, partition, timer });
        }
        self.let_in(stage);
    }

    /// Lets in whoever is held, as far as there is memory again.
    #[inline(never)]
    pub(super) fn let_in(&mut self, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        while let Some(partition) = self.buffer.as_ref().and_then(|buffer| Some(buffer.held.front()?.partition)) {
            if !self.joins(partition) && !self.has_memory() {
                // While somebody waits for memory, nothing lingers (RecordAccumulator.ready: `exhausted`).
                let Some(open) = self.lanes.iter_mut().position(Lane::close_open) else { return };
                self.send_what_may(open as u16, stage);
                continue;
            }
            let Some(Held { task, timer, .. }) = self.buffer.as_mut().and_then(|buffer| buffer.held.pop_front()) else {
                return;
            };
            stage.cancel(timer);
            self.take_on(task, partition, stage);
            self.buffer.iter_mut().for_each(|buffer| buffer.let_go.push_back(task));
        }
    }

    /// `max.block.ms` is over: the record is not sent, and `send()` returns with a BufferExhaustedException.
    #[inline(never)]
    pub(super) fn no_room(&mut self, number: u32, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        let Some(buffer) = &mut self.buffer else { return };
        let Some(place) = buffer.held.iter().position(|held| held.number == number) else { return };
        let Some(Held { task, .. }) = buffer.held.remove(place) else { return };
        stage.mark(MarkKind::GaveUp, task.slot, task.part, 0, buffer.exhausted);
        buffer.let_go.push_back(task);
        self.ended.push_back((task, CallerOutcome::Refused));
    }

    /// The process dies, and its threads with it.
    #[inline(never)]
    pub(super) fn forget_held(&mut self, stage: &mut Stage<'_>) {
        crate::protocol::only_in_systems();
        if let Some(buffer) = &mut self.buffer {
            buffer.let_go.clear();
            buffer.held.drain(..).for_each(|held| stage.cancel(held.timer));
        }
    }
}
