//! The state of one queue: what is ready, what each channel holds unacknowledged, and whose turn it is.
//!
//! *Invariant:* a stored message is in one place: ready, or held by one channel, or gone. Knows no trace and no clock;
//! what it does depends on the order of calls alone.

use super::messages::{Epoch, Tag};
use super::settings::{ConsumerSettings, Overflow, QueueSettings, QueueType};
use super::x_death::Died;
use std::collections::VecDeque;

use crate::protocol::by_number::{self, ByNumber};

use crate::engine::OpenStay;
use crate::time::{Moment, Span};
use crate::trace::{MessageId, PartId};

/// What stands in a message's headers and properties, and goes with it from queue to queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Headers {
    /// The publication to which it asks for a reply (`reply_to` and correlation id); nothing if it asks for none.
    pub asked: MessageId,
    pub died: Died,
}

/// A message in the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub part: PartId,
    /// The stay that shows it where it is now.
    pub stay: OpenStay,
    /// How often it was delivered.
    pub deliveries: u32,
    /// AMQP's `x-delivery-count`: the failed deliveries that count towards the limit.
    pub failures: u32,
    /// When it ceases to be of use; a return does not move that.
    pub expires: Moment,
    pub headers: Headers,
    /// Its place in the order of publishing.
    place: u32,
}

/// Where a message stands among those that came back: by turns, and within a turn in the order of publishing. A new turn
/// begins when a consumer requeues a message that was published before the last one that came back. A classic queue has
/// one turn only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    turn: u32,
    place: u32,
}

impl Rank {
    const FIRST: Rank = Rank { turn: 0, place: 0 };
    const LAST: Rank = Rank { turn: u32::MAX, place: u32::MAX };
}

impl by_number::Key for Rank {
    fn number(self) -> u64 {
        u64::from(self.turn) << 32 | u64::from(self.place)
    }

    fn of(number: u64) -> Self {
        Rank { turn: (number >> 32) as u32, place: number as u32 }
    }
}

#[derive(Default)]
struct Channel {
    epoch: Epoch,
    last_tag: Tag,
    prefetch: Option<u16>,
    subscribed: bool,
    in_turn: bool,
    /// In order of delivery.
    unacked: VecDeque<(Tag, Stored)>,
}

pub(super) struct Queue {
    kind: QueueType,
    limit: Option<u16>,
    max_length: Option<u32>,
    overflow: Overflow,
    lasts: Option<Span>,
    /// What came back. A quorum queue hands it out before all else (`rabbit_fifo.erl`, `returns`), a classic queue in
    /// its original place.
    returned: ByNumber<Rank, Stored>,
    /// What was never delivered, in the order of publishing.
    ready: VecDeque<Stored>,
    channels: Vec<Channel>,
    /// Subscribed channels that may have room; the front one is served next, then goes to the end.
    turns: VecDeque<u16>,
    last_place: u32,
}

impl Queue {
    /// All channels are subscribed from the start.
    pub(super) fn new(settings: &QueueSettings, crews: &[&ConsumerSettings]) -> Self {
        let channel = |prefetch| Channel { prefetch, subscribed: true, in_turn: true, ..Channel::default() };
        let bounds = crews.iter().flat_map(|crew| crew.prefetch_bounds(settings.kind));
        let channels: Vec<Channel> = bounds.map(channel).collect();
        Queue {
            kind: settings.kind,
            limit: settings.limit(),
            max_length: settings.max_length,
            overflow: settings.overflow,
            lasts: settings.message_ttl,
            returned: ByNumber::default(),
            ready: VecDeque::new(),
            turns: (0..channels.len() as u16).collect(),
            channels,
            last_place: 0,
        }
    }

    pub(super) fn ready(&self) -> u32 {
        (self.ready.len() + self.returned.len()) as u32
    }

    /// When a message that enters now ceases to be of use, given its own `expiration`: the lower of the two counts.
    pub(super) fn expiry(&self, now: Moment, expiration: Option<Span>) -> Moment {
        let lasts = [self.lasts, expiration].into_iter().flatten().min();
        lasts.map_or(Moment::NEVER, |lasts| now + lasts)
    }

    /// Adds a message at the end. Its place in the order of publishing is its name.
    pub(super) fn push(&mut self, (part, headers): (PartId, Headers), stay: OpenStay, expires: Moment) -> u32 {
        self.last_place += 1;
        let place = self.last_place;
        self.ready.push_back(Stored { part, stay, deliveries: 0, failures: 0, expires, headers, place });
        self.last_place
    }

    /// When the head ceases to be of use; the others are not looked at before they are the head (ttl).
    pub(super) fn head_expires(&self) -> Moment {
        let head = if self.head_is_returned() { self.returned.values().next() } else { self.ready.front() };
        head.map_or(Moment::NEVER, |head| head.expires)
    }

    /// Whether what comes next is one that came back.
    fn head_is_returned(&self) -> bool {
        // Asked several times an event, and mostly nothing ever came back.
        if self.returned.is_empty() {
            return false;
        }
        match (self.returned.values().next(), self.ready.front()) {
            (Some(returned), Some(ready)) => self.kind == QueueType::Quorum || returned.place < ready.place,
            (returned, _) => returned.is_some(),
        }
    }

    /// What comes next.
    pub(super) fn take_head(&mut self) -> Option<Stored> {
        if self.head_is_returned() {
            return self.returned.pop_first().map(|(_, stored)| stored);
        }
        self.ready.pop_front()
    }

    /// Takes a ready message of a classic queue out by its place; nothing if it is not there (any more).
    pub(super) fn forget(&mut self, place: u32) -> Option<Stored> {
        if let Some(stored) = self.returned.remove(&Rank { turn: 0, place }) {
            return Some(stored);
        }
        let at = self.ready.binary_search_by_key(&place, |stored| stored.place).ok()?;
        self.ready.remove(at)
    }

    /// Whether one more is refused.
    pub(super) fn refuses(&self) -> bool {
        self.overflow == Overflow::RejectPublish && self.max_length.is_some_and(|most| self.ready() >= most)
    }

    /// Takes the head out if there is one message too many (maxlength).
    pub(super) fn overflow(&mut self) -> Option<Stored> {
        let over = self.overflow == Overflow::DropHead && self.max_length.is_some_and(|most| self.ready() > most);
        if over { self.take_head() } else { None }
    }

    fn has_room(&self, channel: u16) -> bool {
        let channel = &self.channels[usize::from(channel)];
        channel.subscribed && channel.prefetch.is_none_or(|bound| channel.unacked.len() < usize::from(bound))
    }

    /// The channel whose turn it is to get the head, if there are both. The head is then taken and delivered:
    /// [`Queue::hold`] or [`Queue::pass`] follows.
    pub(super) fn next_channel(&mut self) -> Option<u16> {
        if self.returned.is_empty() && self.ready.is_empty() {
            return None;
        }
        while let Some(channel) = self.turns.pop_front() {
            self.channels[usize::from(channel)].in_turn = false;
            if self.has_room(channel) {
                return Some(channel);
            }
        }
        None
    }

    /// The channel holds the message until it says what became of it.
    pub(super) fn hold(&mut self, channel: u16, stored: Stored) -> (Epoch, Tag) {
        let numbers = self.pass(channel);
        self.channels[usize::from(channel)].unacked.push_back((numbers.1, stored));
        numbers
    }

    /// The next delivery's numbers on that channel; nothing is kept.
    pub(super) fn pass(&mut self, channel: u16) -> (Epoch, Tag) {
        self.offer_turn(channel);
        let channel = &mut self.channels[usize::from(channel)];
        channel.last_tag += 1;
        (channel.epoch, channel.last_tag)
    }

    /// Queues the channel for its next turn. Whether it has room is seen when the turn comes.
    fn offer_turn(&mut self, number: u16) {
        let channel = &mut self.channels[usize::from(number)];
        if channel.subscribed && !channel.in_turn {
            channel.in_turn = true;
            self.turns.push_back(number);
        }
    }

    /// Takes an unacknowledged message from its holder; nothing if the tag is not known (any more).
    pub(super) fn release(&mut self, number: u16, epoch: Epoch, tag: Tag) -> Option<Stored> {
        let channel = &mut self.channels[usize::from(number)];
        if channel.epoch != epoch {
            return None;
        }
        let at = match channel.unacked.front() {
            Some((first, _)) if *first == tag => 0,
            _ => channel.unacked.binary_search_by_key(&tag, |(tag, _)| *tag).ok()?,
        };
        let (_, stored) = channel.unacked.remove(at)?;
        self.offer_turn(number);
        Some(stored)
    }

    /// As [`Queue::release`], for the oldest delivery of a part with this tag or an earlier one.
    pub(super) fn release_up_to(&mut self, number: u16, epoch: Epoch, (part, tag): (PartId, Tag)) -> Option<Stored> {
        let mut unacked = self.channels[usize::from(number)].unacked.iter();
        let (oldest, _) = *unacked.find(|(_, stored)| stored.part == part)?;
        if oldest <= tag { self.release(number, epoch, oldest) } else { None }
    }

    /// A failed delivery is counted. Says whether there have been too many.
    pub(super) fn is_over_limit(&self, stored: &mut Stored) -> bool {
        stored.failures += 1;
        self.limit.is_some_and(|limit| stored.failures > u32::from(limit))
    }

    /// Back to the head: what a closed channel held. Among what came back before, it goes after the last that was
    /// published before it. (It is found by turns, of which there is one unless consumers requeued out of order.)
    pub(super) fn return_to_head(&mut self, stored: Stored) {
        let place = stored.place;
        let mut turn = self.returned.last_key().map_or(0, |last| last.turn);
        while let Some((first, _)) = self.returned.range(Rank { turn, place: 0 }..Rank::LAST).next()
            && first.place > place
            && let Some((earlier, _)) = self.returned.range(Rank::FIRST..Rank { turn, place: 0 }).next_back()
        {
            turn = earlier.turn;
        }
        self.returned.insert(Rank { turn, place }, stored);
    }

    /// After all that came back before.
    fn return_to_end(&mut self, stored: Stored) {
        let last = self.returned.last_key().unwrap_or(Rank::FIRST);
        let turn = if stored.place > last.place { last.turn } else { last.turn + 1 };
        self.returned.insert(Rank { turn, place: stored.place }, stored);
    }

    /// Where a consumer's requeue puts it: a quorum queue with a limit has it next, after what came back before; one
    /// without a limit has it last; a classic queue has it in its original place.
    pub(super) fn requeue(&mut self, mut stored: Stored) {
        match (self.kind, self.limit) {
            (QueueType::Classic, _) => self.return_to_head(stored),
            (QueueType::Quorum, Some(_)) => self.return_to_end(stored),
            (QueueType::Quorum, None) => {
                self.last_place += 1;
                stored.place = self.last_place;
                self.ready.push_back(stored);
            }
        }
    }

    /// The consumer of this channel takes deliveries from now on. What an older opening of it held comes back.
    pub(super) fn subscribe(&mut self, number: u16, epoch: Epoch) -> Vec<Stored> {
        let channel = &mut self.channels[usize::from(number)];
        let left = if channel.epoch == epoch { Vec::new() } else { self.close(number) };
        let channel = &mut self.channels[usize::from(number)];
        if channel.epoch != epoch {
            channel.epoch = epoch;
            channel.last_tag = 0;
        }
        channel.subscribed = true;
        self.offer_turn(number);
        left
    }

    /// The consumer takes nothing more; what it holds it keeps (`basic.cancel`).
    pub(super) fn cancel(&mut self, number: u16) {
        self.channels[usize::from(number)].subscribed = false;
    }

    /// As [`Queue::cancel`], if the channel was opened no later than `epoch`: its host is gone.
    pub(super) fn cancel_up_to(&mut self, number: u16, epoch: Epoch) {
        if self.epoch(number) <= epoch {
            self.cancel(number);
        }
    }

    /// The channel is gone; what it held, in order of delivery.
    pub(super) fn close(&mut self, number: u16) -> Vec<Stored> {
        let channel = &mut self.channels[usize::from(number)];
        channel.subscribed = false;
        channel.unacked.drain(..).map(|(_, stored)| stored).collect()
    }

    /// The opening of the channel that is in use.
    pub(super) fn epoch(&self, number: u16) -> Epoch {
        self.channels[usize::from(number)].epoch
    }

    pub(super) fn channels(&self) -> u16 {
        self.channels.len() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(json: &str) -> Queue {
        let settings: crate::protocol::rabbitmq::Settings =
            crate::reading::read(serde_json::from_str(json).unwrap()).unwrap();
        Queue::new(&settings.queue, &[&settings.consumers])
    }

    fn fill(queue: &mut Queue, parts: std::ops::RangeInclusive<u32>) {
        for part in parts {
            let headers = Headers { asked: MessageId::NONE, died: Died::default() };
            queue.push((PartId::from_index(part), headers), OpenStay::none(), Moment::NEVER);
        }
    }

    /// Delivers all that can be, as (channel, part, tag).
    fn deliver(queue: &mut Queue) -> Vec<(u16, u32, Tag)> {
        let mut delivered = Vec::new();
        while let Some(channel) = queue.next_channel() {
            let stored = queue.take_head().unwrap();
            let (_, tag) = queue.hold(channel, stored);
            delivered.push((channel, stored.part.index(), tag));
        }
        delivered
    }

    #[test]
    fn rmq_1_an_ack_of_any_one_makes_room_for_exactly_one() {
        let mut queue = queue(r#"{"queue": {"type": "quorum"}, "consumers": {"prefetch": 4}}"#);
        fill(&mut queue, 1..=20);
        assert_eq!(deliver(&mut queue), [(0, 1, 1), (0, 2, 2), (0, 3, 3), (0, 4, 4)]);
        for tag in 1..=4 {
            assert!(
                queue.release_up_to(0, 0, (PartId::from_index(tag), 4)).is_some(),
                "tag {tag} is acknowledged with the others"
            );
        }
        assert_eq!(deliver(&mut queue), [(0, 5, 5), (0, 6, 6), (0, 7, 7), (0, 8, 8)]);
        for (tag, next) in [(7, 9), (5, 10), (8, 11), (6, 12)] {
            assert!(deliver(&mut queue).is_empty(), "tags are open, and no room is left");
            assert_eq!(queue.release(0, 0, tag).unwrap().part.index(), tag);
            assert_eq!(deliver(&mut queue), [(0, next, next)]);
        }
        assert!(queue.release(0, 0, 7).is_none(), "an unknown delivery tag");
        assert!(queue.release(0, 1, 9).is_none(), "a tag of another channel");
    }

    #[test]
    fn a_quorum_queue_hands_out_nacked_messages_in_the_order_of_the_nacks_and_before_all_others() {
        let mut queue = queue(r#"{"queue": {"type": "quorum"}, "consumers": {"prefetch": 4}}"#);
        fill(&mut queue, 1..=6);
        deliver(&mut queue);
        for tag in [2, 1, 3] {
            let stored = queue.release(0, 0, tag).unwrap();
            queue.requeue(stored);
        }
        let parts: Vec<_> = deliver(&mut queue).iter().map(|(_, part, _)| *part).collect();
        assert_eq!(parts, [2, 1, 3]);
    }

    #[test]
    fn without_a_limit_what_is_requeued_goes_last_and_in_a_classic_queue_to_its_place() {
        for (kind, expected) in
            [(r#""type": "quorum", "delivery_limit": -1"#, [3, 4, 1, 2]), (r#""type": "classic""#, [1, 2, 3, 4])]
        {
            let mut queue = queue(&format!(r#"{{"queue": {{{kind}}}, "consumers": {{"prefetch": 2}}}}"#));
            fill(&mut queue, 1..=4);
            deliver(&mut queue);
            queue.cancel(0);
            for tag in [1, 2] {
                let stored = queue.release(0, 0, tag).unwrap();
                queue.requeue(stored);
            }
            queue.subscribe(0, 0);
            let mut parts: Vec<_> = deliver(&mut queue).iter().map(|(_, part, _)| *part).collect();
            for tag in [3, 4] {
                queue.release(0, 0, tag).unwrap();
            }
            parts.extend(deliver(&mut queue).iter().map(|(_, part, _)| *part));
            assert_eq!(parts, expected, "{kind}");
        }
    }

    #[test]
    fn rmq_2_what_a_closed_channel_held_is_first_and_in_original_order() {
        for kind in ["quorum", "classic"] {
            let mut queue =
                queue(&format!(r#"{{"queue": {{"type": "{kind}"}}, "consumers": {{"count": 2, "prefetch": 3}}}}"#));
            fill(&mut queue, 1..=8);
            assert_eq!(deliver(&mut queue).len(), 6);
            let held = queue.close(0);
            assert_eq!(held.iter().map(|stored| stored.part.index()).collect::<Vec<_>>(), [1, 3, 5]);
            held.into_iter().rev().for_each(|stored| queue.return_to_head(stored));
            assert!(deliver(&mut queue).is_empty(), "what the other consumer holds is not taken back");
            queue.subscribe(0, 1);
            let parts: Vec<_> = deliver(&mut queue).iter().map(|(_, part, _)| *part).collect();
            assert_eq!(parts, [1, 3, 5], "before 7 and 8, which are still ready");
            let held: usize = queue.channels.iter().map(|channel| channel.unacked.len()).sum();
            assert_eq!((queue.ready(), held), (2, 6));
        }
    }
}
