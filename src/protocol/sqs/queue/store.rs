//! The messages themselves: their states, their clocks, and what is counted of them.
//!
//! *Invariant:* a message's stay is open as long as it is here, so that what is stored is what is drawn.

use super::super::messages::{Moved, Number, QueueTimer, Receipt};
use super::super::settings::{QueueSettings, QueueType};
use std::collections::VecDeque;

use crate::engine::{OpenStay, TimerId};
use crate::protocol::Stage;
use crate::protocol::by_number::ByNumber;
use crate::protocol::keys::{Key, KeyIndex, Keys};
use crate::protocol::sqs::shelf::{Group, Shelf};
use crate::protocol::sqs::words::Words;
use crate::time::{Moment, Span};
use crate::trace::{Ending, JobId, LabelId, MarkKind, PartId, Slot, StayKind};

/// How long a deduplication id is remembered (developer guide, "Exactly-once processing").
const DEDUPLICATION_INTERVAL: Span = Span::seconds(300);

/// How many messages may be in flight (quotas).
const MOST_IN_FLIGHT: u32 = 120_000;

/// Whether a message can be received, or what it waits for.
enum Visibility {
    Delayed(OpenStay),
    Visible(OpenStay),
    /// Received and not yet deleted.
    InFlight(OpenStay),
}

pub(super) struct Stored {
    pub part: PartId,
    group: Group,
    /// Where it stands among what is visible.
    place: Number,
    pub sent: Moment,
    receives: u32,
    /// The handle of the latest receive; 0 before the first.
    pub receipt: Receipt,
    visibility: Visibility,
    /// Of a message that was moved here: rings when it has been kept long enough.
    pub kept_until: Option<TimerId>,
}

/// What a receive found.
#[derive(Default)]
pub(super) struct Taken {
    pub messages: Vec<Number>,
    /// What would have been received once too often, and its handle, which is void now.
    pub redriven: Vec<(Moved, Receipt)>,
}

pub(super) struct Store {
    pub words: Words,
    /// The keys of FIFO messages: their groups, and what they are deduplicated by.
    groups: Option<KeyIndex>,
    deduplication_ids: KeyIndex,
    pub retention: Span,
    pub messages: ByNumber<Number, Stored>,
    last: Number,
    last_place: Number,
    shelf: Shelf,
    in_flight: u32,
    /// Deduplication ids accepted in the last five minutes, with the job that brought them, oldest first.
    accepted: VecDeque<(Moment, Key)>,
    remembered: ByNumber<Key, JobId>,
    retention_timer: bool,
    /// Nobody receives from here, so that messages lie: what is said of one that was sent here.
    pub lies: Option<LabelId>,
}

impl Store {
    pub fn new(queue: &QueueSettings, (groups, deduplication_ids): (&Keys, &Keys), words: Words) -> Self {
        let groups = match queue.kind {
            QueueType::Standard => None,
            QueueType::Fifo => Some(groups.index()),
        };
        Store {
            words,
            groups,
            deduplication_ids: deduplication_ids.index(),
            retention: queue.message_retention_period,
            messages: ByNumber::default(),
            last: 0,
            last_place: 0,
            shelf: Shelf::default(),
            in_flight: 0,
            accepted: VecDeque::new(),
            remembered: ByNumber::default(),
            retention_timer: false,
            lies: None,
        }
    }

    /// Whether no message with the same deduplication id was accepted in the last five minutes. If so, this one is now.
    pub fn is_fresh(&mut self, part: PartId, stage: &mut Stage<'_>) -> bool {
        while let Some((at, key)) = self.accepted.front().copied()
            && stage.now().since(at) >= DEDUPLICATION_INTERVAL
        {
            self.accepted.pop_front();
            self.remembered.remove(&key);
        }
        let job = stage.job_of(part);
        let Some(key) = self.deduplication_ids.of(job) else {
            return true;
        };
        match self.remembered.get(&key) {
            None => {
                self.accepted.push_back((stage.now(), key));
                self.remembered.insert(key, job);
                true
            }
            Some(first) => {
                // A repeat of the same job is as it should be; another job's message is gone.
                if *first != job {
                    stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, self.words.swallowed);
                }
                false
            }
        }
    }

    /// A message was sent here. It is visible after the delay.
    pub fn add(&mut self, part: PartId, delay: Span, stage: &mut Stage<'_>) {
        self.enter(Moved { part, sent: stage.now(), receives: 0 }, delay, self.lies, stage);
    }

    /// It is here, under that number, and if it lies here, that is said of it.
    pub fn enter(&mut self, moved: Moved, delay: Span, lies: Option<LabelId>, stage: &mut Stage<'_>) -> Number {
        let Moved { part, sent, receives } = moved;
        self.last += 1;
        let number = self.last;
        let group = match &self.groups {
            None => Group::Alone(number),
            Some(keys) => keys.of(stage.job_of(part)).map_or(Group::Alone(number), Group::Of),
        };
        let place = self.next_place(number, group);
        let visibility = if delay == Span::ZERO {
            self.shelf.put(place, group);
            Visibility::Visible(shown(part, lies, stage))
        } else {
            let stay = stage.begin(Slot::WHOLE, StayKind::Scheduled, part);
            Visibility::Delayed(stay.until(delay, QueueTimer::DelayOver { number }, stage))
        };
        let stored = Stored { part, group, place, sent, receives, receipt: 0, visibility, kept_until: None };
        self.messages.insert(number, stored);
        self.watch_retention(stage);
        number
    }

    /// A FIFO message keeps its place. A standard queue promises no order; in this one, what became visible first goes
    /// out first, so that a message that comes back again and again holds nobody up.
    fn next_place(&mut self, number: Number, group: Group) -> Number {
        match group {
            Group::Of(_) => number,
            Group::Alone(_) => {
                self.last_place += 1;
                self.last_place
            }
        }
    }

    pub fn part(&self, number: Number) -> PartId {
        self.messages[&number].part
    }

    pub fn receive_count(&self, number: Number) -> u32 {
        self.messages[&number].receives
    }

    pub fn is_in_flight(&self, number: Number) -> bool {
        self.messages.get(&number).is_some_and(|stored| matches!(stored.visibility, Visibility::InFlight(_)))
    }

    /// Takes up to `most` messages off the shelf: the first in place, and of one group as many as there are, in order.
    pub fn receive(&mut self, most: usize, max_receive_count: Option<u32>, stage: &mut Stage<'_>) -> Taken {
        let mut taken = Taken::default();
        let mut last = None;
        while taken.messages.len() < most && self.in_flight + (taken.messages.len() as u32) < MOST_IN_FLIGHT {
            let same = last.and_then(|(taken, group)| self.shelf.next_after(taken, group));
            let Some((place, of)) = same.or_else(|| self.shelf.first_open()) else {
                break;
            };
            let number = match of {
                Group::Alone(number) => number,
                Group::Of(_) => place,
            };
            if max_receive_count.is_some_and(|most| self.messages[&number].receives >= most) {
                let Stored { part, sent, receives, receipt, .. } = self.messages[&number];
                taken.redriven.push((Moved { part, sent, receives }, receipt));
                self.delete(number, Ending::Expired, stage);
                continue;
            }
            self.shelf.remove(place, of);
            self.shelf.hold(number, of);
            last = Some((number, of));
            taken.messages.push(number);
        }
        taken
    }

    /// A message that was taken off the shelf is received: its clock starts. Returns the handle that is void now.
    pub fn goes_out(&mut self, number: Number, receipt: Receipt, timeout: Span, stage: &mut Stage<'_>) -> Receipt {
        let stored = self.messages.get_mut(&number).expect("what was taken is stored");
        if let Visibility::Visible(stay) = stored.visibility {
            stage.end(stay, Ending::Done);
        }
        stored.receives += 1;
        let stay = stage.begin_valued(Slot::WHOLE, StayKind::Hidden, stored.part, stored.receives);
        stored.visibility = Visibility::InFlight(stay.until(timeout, QueueTimer::VisibleAgain { number }, stage));
        let old = std::mem::replace(&mut stored.receipt, receipt);
        self.in_flight += 1;
        old
    }

    /// The clock of a message in flight starts anew.
    pub fn set_clock(&mut self, number: Number, to: Span, stage: &mut Stage<'_>) {
        if let Some(Stored { visibility: Visibility::InFlight(stay), .. }) = self.messages.get_mut(&number) {
            *stay = stay.until(to, QueueTimer::VisibleAgain { number }, stage);
        }
    }

    /// A visibility timeout is over: the receive has failed (`SQS-1`).
    pub fn clock_ran_out(&mut self, number: Number, stage: &mut Stage<'_>) {
        let Some(stored) = self.messages.get_mut(&number) else {
            return;
        };
        let Visibility::InFlight(stay) = stored.visibility else {
            return;
        };
        stage.end(stay, Ending::Expired);
        stage.mark(MarkKind::Returned, Slot::WHOLE, stored.part, stored.receives.into(), self.words.visible_again);
        stored.visibility = Visibility::Visible(stage.begin(Slot::WHOLE, StayKind::Ready, stored.part));
        let group = stored.group;
        let place = self.next_place(number, group);
        self.shelf.put(place, group);
        self.shelf.free(number, group);
        if let Some(stored) = self.messages.get_mut(&number) {
            stored.place = place;
        }
        self.in_flight -= 1;
    }

    pub fn delay_over(&mut self, number: Number, stage: &mut Stage<'_>) {
        let Some(stored) = self.messages.get_mut(&number) else {
            return;
        };
        let Visibility::Delayed(stay) = stored.visibility else {
            return;
        };
        stage.end(stay, Ending::Done);
        stored.visibility = Visibility::Visible(shown(stored.part, self.lies, stage));
        self.shelf.put(stored.place, stored.group);
    }

    /// Takes a message out for good.
    pub fn delete(&mut self, number: Number, ending: Ending, stage: &mut Stage<'_>) {
        let Some(stored) = self.messages.remove(&number) else {
            return;
        };
        stage.cancel(stored.kept_until);
        match stored.visibility {
            Visibility::Delayed(stay) => {
                stage.end(stay, ending);
            }
            Visibility::Visible(stay) => {
                stage.end(stay, ending);
                self.shelf.remove(stored.place, stored.group);
            }
            Visibility::InFlight(stay) => {
                stage.end(stay, ending);
                self.shelf.free(number, stored.group);
                self.in_flight -= 1;
            }
        }
    }

    /// Messages are kept so long after they were sent, in flight or not. Returns the handles that are void now.
    pub fn retention_over(&mut self, stage: &mut Stage<'_>) -> Vec<Receipt> {
        self.retention_timer = false;
        let mut void = Vec::new();
        while let Some((number, oldest)) = self.messages.first_key_value()
            && stage.now().since(oldest.sent) >= self.retention
        {
            let part = oldest.part;
            void.push(oldest.receipt);
            stage.mark(MarkKind::Dropped, Slot::WHOLE, part, 0, self.words.retention_over);
            self.delete(number, Ending::Expired, stage);
        }
        self.watch_retention(stage);
        void
    }

    /// One timer for the oldest message is enough: they grow old in the order in which they were sent.
    fn watch_retention(&mut self, stage: &mut Stage<'_>) {
        if self.retention_timer {
            return;
        }
        if let Some((_, oldest)) = self.messages.first_key_value() {
            self.retention_timer = true;
            stage.set_timer((oldest.sent + self.retention).since(stage.now()), QueueTimer::RetentionOver);
        }
    }
}

/// Begins the stay that shows a message that is visible: it waits to be received, or lies here, and that is said of it.
fn shown(part: PartId, lies: Option<LabelId>, stage: &mut Stage<'_>) -> OpenStay {
    match lies {
        None => stage.begin(Slot::WHOLE, StayKind::Ready, part),
        Some(label) => {
            stage.dead_letters(part);
            stage.mark(MarkKind::DeadLettered, Slot::WHOLE, part, 0, label);
            stage.begin(Slot::WHOLE, StayKind::Parked, part)
        }
    }
}
