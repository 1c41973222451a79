//! A queue with all that is its own, as it shows itself: what is ready, what is held, deliveries, returns, and what is
//! set aside.
//!
//! *Invariant:* a message leaves in one of three ways: it is acknowledged, set aside for one of four reasons, or lost
//! with a broker that had not made it safe. What has expired is never delivered (ttl), and goes only from the head
//! (`RMQ-5`).

use super::messages::BrokerTimer;
use super::messages::{Epoch, Reason, Settlement, Tag, ToConsumers};
use super::onward::Onward;
use super::queue::{Queue, Stored};
use super::settings::Acknowledgement;
use super::settings::{ConsumerSettings, QueueSettings};
use super::storage::{Incoming, Publish, Storage, Writing};
use super::words::Words;
use super::x_death::Parking;
use crate::engine::{LinkId, Parcel, TimerId, Word};
use crate::protocol::Stage;
use crate::protocol::dead_letters::SetAside;
use crate::time::Moment;
use crate::trace::{ActorId, Ending, MarkKind, MessageId, PartId, Slot, StayKind};

/// The ways out of a queue.
pub(crate) struct Links {
    /// For each consumer, the way to its lane and its place there.
    pub on: Vec<(LinkId<ToConsumers>, u16)>,
    pub aside: Aside,
}

/// Where goes what is set aside.
pub(crate) enum Aside {
    /// It is gone.
    Nowhere,
    /// To a lane where it lies.
    Lane(LinkId<SetAside>),
    /// To another queue of the same broker.
    Queue(Onward),
}

/// Lets each queue send out what can be, if there is a broker to do it, and keeps it to its length.
pub(super) fn advance(queues: &mut [Process], stage: &mut Stage<'_>) {
    let serves = stage.faults().are_over();
    for process in queues {
        if serves {
            process.advance(stage);
        }
        process.keep_to_length(stage);
    }
}

// Named in xtask/src/finish.rs, for only in systems do dead letters go on.
/// Brings all that has died to where it goes, until nothing dies by that any more.
#[inline(never)]
pub(super) fn bring(queues: &mut [Process], words: &Words, stage: &mut Stage<'_>) {
    crate::protocol::only_in_systems();
    loop {
        let mut letters: Vec<(u16, Incoming, Reason)> = Vec::new();
        for onward in queues.iter_mut().filter_map(Process::onward) {
            letters.extend(onward.letters());
        }
        if letters.is_empty() {
            return;
        }
        for (to, letter, reason) in letters {
            let process = &mut queues[usize::from(to)];
            // It is published without confirms, so nobody minds if it does not arrive: at most once (dlx).
            match (process.is_bound, process.queue.refuses()) {
                (true, false) => drop(process.take(letter, stage)),
                (true, true) => stage.mark(MarkKind::Dropped, Slot::WHOLE, letter.part, 0, words.dropped(reason)),
                (false, _) => stage.mark(MarkKind::Dropped, Slot::WHOLE, letter.part, 0, words.unrouted),
            }
        }
        advance(queues, stage);
    }
}

pub(crate) struct Process {
    words: Words,
    links: Links,
    /// Its number among the queues of its broker.
    number: u16,
    slot: Slot,
    /// Which of a job's parts its copies carry, by number; without one, the part that was published.
    carries: Option<u16>,
    pub(super) queue: Queue,
    pub(super) storage: Storage,
    /// Of each channel.
    acks: Vec<Acknowledgement>,
    /// When it is declared and bound, if it was not from the beginning, and whether it is.
    bound_at: Option<Moment>,
    pub(super) is_bound: bool,
    /// The moment for which it asked to be woken, no later than the head expires.
    wakes: Option<(Moment, TimerId)>,
}

impl Process {
    pub(crate) fn new(
        (settings, crews): (&QueueSettings, &[&ConsumerSettings]),
        (number, slot): (u16, Slot),
        carries: Option<u16>,
        words: Words,
        links: Links,
    ) -> Self {
        Process {
            words,
            links,
            number,
            slot,
            carries,
            queue: Queue::new(settings, crews),
            storage: Storage::new(settings, slot),
            acks: crews.iter().flat_map(|crew| std::iter::repeat_n(crew.ack, crew.count.into())).collect(),
            bound_at: settings.bound_at,
            is_bound: settings.bound_at.is_none(),
            wakes: None,
        }
    }

    /// Nobody takes from it and nothing in it expires, so what enters lies there for good.
    pub(crate) fn parking(self) -> Self {
        let Words { parked, dead_lettered, .. } = self.words;
        Process { storage: self.storage.parking(Parking { parked, dead_lettered }), ..self }
    }

    /// The way that its dead letters go, if they do.
    pub(super) fn onward(&mut self) -> Option<&mut Onward> {
        match &mut self.links.aside {
            Aside::Queue(onward) => Some(onward),
            Aside::Nowhere | Aside::Lane(_) => None,
        }
    }

    /// The run begins.
    pub(super) fn wait_to_be_bound(&self, stage: &mut Stage<'_>) {
        if let Some(at) = self.bound_at {
            stage.set_timer(at.since(stage.now()), BrokerTimer::Bound { queue: self.number });
        }
    }

    pub(super) fn bind(&mut self, stage: &mut Stage<'_>) {
        self.is_bound = true;
        stage.mark(MarkKind::Switched, self.slot, PartId::NONE, 0, self.words.bound);
    }

    /// The part that its copy of what was published carries.
    pub(super) fn part_of(&self, publish: Publish, stage: &Stage<'_>) -> PartId {
        self.carries.map_or(publish.part(), |number| stage.sibling(publish.part(), number))
    }

    /// It gets no copy: if that would have been a part of its own, nobody is asked for it. The job goes on without that part
    /// where the queue is not bound yet; it has none where the message is for other queues.
    pub(super) fn goes_without(&self, publish: Publish, is_for_it: bool, stage: &mut Stage<'_>) {
        match (self.carries.is_some(), is_for_it) {
            (true, true) => stage.excuses(self.part_of(publish, stage)),
            (true, false) => stage.leaves_out(self.part_of(publish, stage)),
            (false, _) => {}
        }
    }

    /// Stores a message, now or when it is safe.
    pub(super) fn take(&mut self, copy: Incoming, stage: &mut Stage<'_>) -> Writing {
        self.storage.begin(copy, self.number, &mut self.queue, stage)
    }

    /// It was woken, as it had asked for.
    pub(super) fn wake(&mut self) {
        self.wakes = None;
    }

    /// Sends out what can be, while there is a broker to do it, and lets go of what is too old or too much.
    pub(super) fn advance(&mut self, stage: &mut Stage<'_>) {
        self.deliver(stage);
        // What comes to its end at this moment had its chance: with a time of nothing, the only one.
        self.expire(stage, |expires, now| expires <= now);
        let expires = self.queue.head_expires();
        if self.wakes.is_none_or(|(at, _)| expires < at) && expires != Moment::NEVER {
            let timer = stage.set_timer(expires - stage.now(), BrokerTimer::Expired { queue: self.number });
            if let Some((_, later)) = self.wakes.replace((expires, timer)) {
                stage.cancel(later);
            }
        }
    }

    /// Keeps to the length limit.
    pub(super) fn keep_to_length(&mut self, stage: &mut Stage<'_>) {
        while let Some(stored) = self.queue.overflow() {
            self.storage.take_out(stored, Ending::Refused, stage);
            self.set_aside(stored, Reason::MaxLength, stage);
        }
    }

    /// Sends out what there is to those who have room, each in turn.
    fn deliver(&mut self, stage: &mut Stage<'_>) {
        loop {
            self.expire(stage, |expires, now| expires < now);
            let Some(channel) = self.queue.next_channel() else { return };
            let Some(mut stored) = self.queue.take_head() else { return };
            stored.deliveries += 1;
            stage.end(stored.stay, Ending::Done);
            let Stored { part, deliveries: delivery, headers, .. } = stored;
            let (epoch, tag) = match self.acks[usize::from(channel)] {
                Acknowledgement::Manual => {
                    stored.stay = stage.begin_valued(self.slot, StayKind::Held, part, delivery);
                    self.queue.hold(channel, stored)
                }
                Acknowledgement::Automatic => self.queue.pass(channel),
            };
            let word = if delivery == 1 { self.words.deliver } else { self.words.redeliver };
            let parcel = self.to(channel, word, part).attempt(delivery);
            let channel = self.place(channel);
            let (asked, deaths) = (headers.asked, headers.died.counts);
            stage.send(parcel, ToConsumers::Deliver { part, epoch, tag, channel, delivery, asked, deaths });
        }
    }

    /// Where a channel is among those of its lane.
    pub(super) fn place(&self, channel: u16) -> u16 {
        self.links.on[usize::from(channel)].1
    }

    fn to(&self, channel: u16, word: Word, part: PartId) -> Parcel<ToConsumers> {
        let (link, place) = self.links.on[usize::from(channel)];
        Parcel::new(link, word, part).from(self.slot).to(Slot(place))
    }

    /// Sets the head aside for as long as its time is over.
    fn expire(&mut self, stage: &mut Stage<'_>, is_over: impl Fn(Moment, Moment) -> bool) {
        while is_over(self.queue.head_expires(), stage.now()) {
            if let Some(stored) = self.queue.take_head() {
                stage.end(stored.stay, Ending::Expired);
                self.set_aside(stored, Reason::Expired, stage);
            }
        }
    }

    /// Does what a consumer says of a delivery; not if its tag is unknown.
    pub(super) fn settle(
        &mut self,
        (channel, epoch, tag): (u16, Epoch, Tag),
        (message, settlement): (MessageId, Settlement),
        stage: &mut Stage<'_>,
    ) -> bool {
        if settlement == Settlement::AckUpTo {
            // A stream brings all that was said before, so these are all up to that tag. Where a fault of the link took
            // what was said of another one, nobody has acknowledged that.
            let mut known = false;
            for part in stage.parts_of(message).to_vec() {
                if let Some(stored) = self.queue.release_up_to(channel, epoch, (part, tag)) {
                    stage.end(stored.stay, Ending::Done);
                    known = true;
                }
            }
            return known;
        }
        let Some(mut stored) = self.queue.release(channel, epoch, tag) else {
            return false;
        };
        match settlement {
            Settlement::Ack | Settlement::AckUpTo => stage.end(stored.stay, Ending::Done),
            Settlement::Discard => {
                stage.end(stored.stay, Ending::Refused);
                self.set_aside(stored, Reason::Rejected, stage);
            }
            Settlement::NackAndRequeue => {
                self.make_ready(&mut stored, stage);
                self.queue.requeue(stored);
            }
            Settlement::RejectAndRequeue if self.queue.is_over_limit(&mut stored) => {
                stage.end(stored.stay, Ending::Refused);
                self.set_aside(stored, Reason::DeliveryLimit, stage);
            }
            Settlement::RejectAndRequeue => {
                self.make_ready(&mut stored, stage);
                self.queue.requeue(stored);
            }
        }
        true
    }

    fn make_ready(&self, stored: &mut Stored, stage: &mut Stage<'_>) {
        stage.end(stored.stay, Ending::Returned);
        stage.mark(MarkKind::Returned, self.slot, stored.part, stored.deliveries.into(), self.words.returned);
        stored.stay = stage.begin(self.slot, StayKind::Ready, stored.part);
    }

    /// What a closed channel held goes back to the head, unless that happened too often.
    pub(super) fn take_back(&mut self, held: Vec<Stored>, stage: &mut Stage<'_>) {
        for mut stored in held {
            if self.queue.is_over_limit(&mut stored) {
                stage.end(stored.stay, Ending::Refused);
                self.set_aside(stored, Reason::DeliveryLimit, stage);
            } else {
                self.make_ready(&mut stored, stage);
                self.queue.return_to_head(stored);
            }
        }
    }

    /// To the dead-letter queue if there is one, else away.
    fn set_aside(&mut self, stored: Stored, reason: Reason, stage: &mut Stage<'_>) {
        let part = stored.part;
        match &mut self.links.aside {
            Aside::Nowhere => stage.mark(MarkKind::Dropped, self.slot, part, 0, self.words.dropped(reason)),
            Aside::Lane(link) => {
                let parcel = Parcel::new(*link, self.words.dead_letter, part).from(self.slot);
                stage.send(parcel, self.words.set_aside(part, reason));
            }
            Aside::Queue(onward) => onward.take((self.number, self.slot), stored, reason, &self.words, stage),
        }
    }

    /// A message to a consumer that is not about any job.
    pub(super) fn to_consumer(&self, channel: u16, epoch: Epoch, word: Word) -> Parcel<ToConsumers> {
        self.to(channel, word, PartId::NONE).attempt(epoch % 1000 + 1)
    }

    /// Every connection closes, and what was unacknowledged is ready again (`FLT-7`).
    pub(super) fn break_connections(&mut self, stage: &mut Stage<'_>) {
        self.storage.forget_publishers(|_| true);
        for channel in 0..self.queue.channels() {
            let held = self.queue.close(channel);
            self.take_back(held, stage);
            let epoch = self.queue.epoch(channel);
            stage.send(
                self.to_consumer(channel, epoch, self.words.closed),
                ToConsumers::Closed { channel: self.place(channel) },
            );
        }
    }

    /// The connections with that lane of consumers are gone.
    pub(super) fn lose_connections(&mut self, from: ActorId, stage: &mut Stage<'_>) {
        for channel in 0..self.queue.channels() {
            if stage.end_of(self.links.on[usize::from(channel)].0) == from {
                let held = self.queue.close(channel);
                self.take_back(held, stage);
            }
        }
    }

    /// The broker died: what was not safe is lost.
    pub(super) fn lose(&mut self, stage: &mut Stage<'_>) {
        self.storage.lose(&mut self.queue, stage);
    }
}
