//! The broker: takes what is published, routes it to queues, and answers publishers and consumers.
//!
//! *Invariant:* every publish that arrives is answered once, by an ack, a nack or a refusal (`RMQ-8`), and by an ack only
//! when every queue it was routed to has made it safe. What is stored is durable: it outlives every fault of the broker.

use super::messages::{BrokerTimer, ToBroker, ToConsumers, ToPublisher, Verdict};
use super::process::{self, Process};
use super::replies::Replies;
use super::routing::{Route, Routing};
use super::storage::{Incoming, Publish, Publisher, Writing};
use super::words::Words;
use crate::engine::{Fault, Input, LinkId, Parcel, Phase, Word};
use crate::protocol::by_number::ByNumber;
use crate::protocol::{Role, Stage};
use crate::time::Span;
use crate::trace::{ActorId, JobId, MarkKind, MessageId, PartId, Slot};

pub struct Broker {
    words: Words,
    /// The ways to all who publish.
    publishers: Vec<LinkId<ToPublisher>>,
    routing: Option<Routing>,
    expirations: Vec<Span>,
    queues: Vec<Process>,
    /// For each channel of the broker, its queue and its number there.
    channels: Vec<(u16, u16)>,
    /// Publishes that several queues are making safe: how many of them still are.
    unsafe_yet: ByNumber<MessageId, u16>,
    replies: Replies,
    /// Whether any queue's dead letters go to another one.
    dead_letters_go_on: bool,
}

impl Role for Broker {
    type Message = ToBroker;
    type Timer = BrokerTimer;

    fn handle(&mut self, input: Input<&ToBroker, BrokerTimer>, stage: &mut Stage<'_>) {
        match input {
            Input::Arrived(message, body) if !stage.faults().are_over() => self.turn_away(message, *body, stage),
            Input::Arrived(message, body) => self.receive(message, body, stage),
            Input::Fault(fault, phase) => self.fault(fault, phase, stage),
            Input::Severed { from, .. } => self.severed(from, stage),
            Input::Timer(BrokerTimer::Written { queue, write }) => self.written(queue, write, stage),
            Input::Timer(BrokerTimer::Expired { queue }) => self.queues[usize::from(queue)].wake(),
            Input::Timer(BrokerTimer::Bound { queue }) => self.queues[usize::from(queue)].bind(stage),
            Input::Started => self.queues.iter().for_each(|process| process.wait_to_be_bound(stage)),
            Input::Wanted(_) => {}
        }
        process::advance(&mut self.queues, stage);
        if self.dead_letters_go_on {
            process::bring(&mut self.queues, &self.words, stage);
        }
    }
}

impl Broker {
    /// Without routing, messages go through the default exchange to the first queue. `expirations` are those of the jobs'
    /// messages, in turn.
    pub(crate) fn new(
        (routing, expirations): (Option<Routing>, Vec<Span>),
        words: Words,
        publishers: Vec<LinkId<ToPublisher>>,
        mut queues: Vec<Process>,
    ) -> Self {
        let dead_letters_go_on = queues.iter_mut().any(|process| process.onward().is_some());
        let numbered = (0u16..).zip(&queues);
        let channels = numbered.flat_map(|(queue, process)| (0..process.queue.channels()).map(move |own| (queue, own)));
        Broker {
            words,
            publishers,
            routing,
            expirations,
            channels: channels.collect(),
            queues,
            unsafe_yet: ByNumber::default(),
            replies: Replies::default(),
            dead_letters_go_on,
        }
    }

    fn receive(&mut self, message: MessageId, body: &ToBroker, stage: &mut Stage<'_>) {
        match *body {
            ToBroker::Publish { attempt, channel } => self.publish(Publish { message, attempt, channel }, stage),
            ToBroker::Reply { attempt, channel, letter } => {
                self.replies.pass_on((message, attempt.part), letter, &self.words, stage);
                self.answer(Publish { message, attempt, channel }, Verdict::Ack, stage);
            }
            ToBroker::Left { back } => self.replies.forget(&|known| known == back),
            ToBroker::Settle { epoch, tag, channel, settlement } => {
                let (process, channel) = self.channel(channel);
                if !process.settle((channel, epoch, tag), (message, settlement), stage) {
                    stage.too_late(message);
                }
            }
            ToBroker::Consume { channel, epoch } => {
                let consume_ok = self.words.consume_ok;
                let (process, channel) = self.channel(channel);
                let held = process.queue.subscribe(channel, epoch);
                process.take_back(held, stage);
                stage.send(process.to_consumer(channel, epoch, consume_ok).answering(message), ToConsumers::Ok);
            }
            ToBroker::Cancel { channel, epoch } => {
                let cancel_ok = self.words.cancel_ok;
                let (process, channel) = self.channel(channel);
                if process.queue.epoch(channel) == epoch {
                    process.queue.cancel(channel);
                }
                stage.send(process.to_consumer(channel, epoch, cancel_ok).answering(message), ToConsumers::Ok);
            }
            ToBroker::Closed { channel, epoch, host: (first, count) } => {
                // The other connections of the dead host are closing too: nothing more goes there.
                for channel in first..first + count {
                    let (process, channel) = self.channel(channel);
                    process.queue.cancel_up_to(channel, epoch);
                }
                let (process, channel) = self.channel(channel);
                if process.queue.epoch(channel) <= epoch {
                    let held = process.queue.close(channel);
                    process.take_back(held, stage);
                }
            }
        }
    }

    /// The queue of a channel, and the channel's number there.
    fn channel(&mut self, channel: u16) -> (&mut Process, u16) {
        let (queue, own) = self.channels[usize::from(channel)];
        (&mut self.queues[usize::from(queue)], own)
    }

    fn publish(&mut self, publish: Publish, stage: &mut Stage<'_>) {
        let job = stage.job_of(publish.part());
        if publish.channel.asks {
            self.replies.expect(publish);
        }
        let mut route = match (publish.channel.route, &self.routing) {
            (Some(route), _) => route,
            (None, Some(routing)) => routing.route(job),
            (None, None) => Route::to(0),
        };
        let meant = route;
        for (queue, _) in self.queues.iter().enumerate().filter(|(_, process)| !process.is_bound) {
            route = route.without(queue);
        }
        if route.is_empty() {
            return self.unroutable(publish, stage);
        }
        let takes = |(queue, process): &(usize, &Process)| route.has(*queue) && !process.queue.refuses();
        let taking = self.queues.iter().enumerate().filter(takes).count() as u32;
        // One queue that is full is enough for a nack; the others take it all the same (maxlength).
        let publisher = if taking == route.count() { Publisher::Listens(publish) } else { Publisher::Gone };
        if taking == 0 {
            stage.refuse(publish.message);
        }
        let expiration = self.expiration(job);
        let mut writing = 0;
        for (queue, process) in self.queues.iter_mut().enumerate() {
            if !route.has(queue) {
                if publish.channel.route.is_none() {
                    process.goes_without(publish, meant.has(queue), stage);
                }
            } else if !process.queue.refuses() {
                let (part, headers) = (process.part_of(publish, stage), publish.headers());
                let attempt = publish.attempt.number;
                let copy = Incoming { part, headers, attempt, expiration, publisher };
                writing += u16::from(process.take(copy, stage) == Writing::UnderWay);
            }
        }
        match (publisher, writing) {
            (Publisher::Gone, _) => self.answer(publish, Verdict::Nack, stage),
            (Publisher::Listens(_), 0) => self.answer(publish, Verdict::Ack, stage),
            (Publisher::Listens(_), 1) => {}
            (Publisher::Listens(_), several) => self.unsafe_yet.insert(publish.message, several),
        }
    }

    fn expiration(&self, job: JobId) -> Option<Span> {
        self.expirations.get(job.at() % self.expirations.len().max(1)).copied()
    }

    /// No queue is bound for it: it is confirmed, for there is nothing left to do, and comes back only if it is
    /// mandatory, and before the confirm (`RMQ-4`).
    fn unroutable(&self, publish: Publish, stage: &mut Stage<'_>) {
        let Publish { attempt, .. } = publish;
        if self.routing.as_ref().is_some_and(|routing| routing.mandatory) {
            let parcel = self.to_publisher(publish, self.words.unroutable);
            stage.send(parcel, ToPublisher::Return { attempt });
        } else {
            stage.mark(MarkKind::Dropped, Slot::WHOLE, attempt.part, 0, self.words.unrouted);
        }
        self.answer(publish, Verdict::Ack, stage);
    }

    fn written(&mut self, queue: u16, write: u32, stage: &mut Stage<'_>) {
        let process = &mut self.queues[usize::from(queue)];
        let Some(publish) = process.storage.end(write, &mut process.queue, stage) else {
            return;
        };
        if let Some(others) = self.unsafe_yet.get_mut(&publish.message) {
            *others -= 1;
            if *others > 0 {
                return;
            }
            self.unsafe_yet.remove(&publish.message);
        }
        self.answer(publish, Verdict::Ack, stage);
    }

    /// Nobody is there to listen: connections are refused, and what comes over old ones is lost.
    fn turn_away(&mut self, message: MessageId, body: ToBroker, stage: &mut Stage<'_>) {
        stage.refuse(message);
        match body {
            ToBroker::Publish { attempt, channel } | ToBroker::Reply { attempt, channel, .. } => {
                self.answer(Publish { message, attempt, channel }, Verdict::Refused, stage);
            }
            ToBroker::Consume { channel, epoch } => {
                let refused = self.words.consume_refused;
                let (process, channel) = self.channel(channel);
                let parcel = process.to_consumer(channel, epoch, refused).answering(message);
                let channel = process.place(channel);
                stage.send(parcel, ToConsumers::ConsumeRefused { channel, epoch });
            }
            ToBroker::Settle { .. } | ToBroker::Cancel { .. } | ToBroker::Closed { .. } | ToBroker::Left { .. } => {}
        }
    }

    fn answer(&self, publish: Publish, verdict: Verdict, stage: &mut Stage<'_>) {
        let Publish { attempt, channel, .. } = publish;
        if verdict == Verdict::Ack && !channel.confirms {
            return;
        }
        let word = match verdict {
            Verdict::Ack => self.words.confirm,
            Verdict::Nack => self.words.decline,
            Verdict::Refused => self.words.refusal,
        };
        stage.send(self.to_publisher(publish, word), ToPublisher::Confirm { attempt, verdict });
    }

    /// A message to the publisher about what it published.
    fn to_publisher(&self, publish: Publish, word: Word) -> Parcel<ToPublisher> {
        Parcel::new(publish.channel.back, word, publish.part())
            .attempt(publish.attempt.number)
            .answering(publish.message)
    }

    fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches work, of which a broker does none.
            (Fault::SlowDown { .. }, _)
            | (Fault::Outage | Fault::Crash, Phase::Ends)
            | (Fault::SilentOutage, Phase::Begins) => {}
            (Fault::Outage | Fault::Crash, Phase::Begins) => {
                // Within another outage there is no connection left to break.
                if stage.faults().outages == 1 {
                    self.break_connections(stage);
                }
                if fault == Fault::Crash {
                    self.queues.iter_mut().for_each(|process| process.lose(stage));
                }
            }
            // What was sent into the silence never came: the connections that carried it are beyond repair. So are those
            // that somebody tried to open meanwhile, whether or not the broker can be reached now.
            (Fault::SilentOutage, Phase::Ends) => {
                if stage.faults().silences == 0 {
                    self.break_connections(stage);
                }
            }
        }
    }

    /// The connections with one party are gone, and it knows that as well. What was delivered over them is ready again.
    fn severed(&mut self, from: ActorId, stage: &mut Stage<'_>) {
        self.replies.forget(&|back| stage.end_of(back) == from);
        for process in &mut self.queues {
            process.lose_connections(from, stage);
        }
        let of_it: Vec<MessageId> = self.unsafe_yet.iter().map(|(publish, _)| publish).collect();
        for publish in of_it.into_iter().filter(|publish| stage.sender(*publish) == from) {
            self.unsafe_yet.remove(&publish);
        }
        for process in &mut self.queues {
            process.storage.forget_publishers(|publish| stage.sender(publish.message) == from);
        }
    }

    fn break_connections(&mut self, stage: &mut Stage<'_>) {
        self.unsafe_yet.clear();
        self.replies.forget(&|_| true);
        self.queues.iter_mut().for_each(|process| process.break_connections(stage));
        for back in &self.publishers {
            stage.send(Parcel::new(*back, self.words.closed, PartId::NONE), ToPublisher::Closed);
        }
    }
}
