//! How a protocol sets a side up: lanes first, then links, words, and the actors themselves.

use std::any::TypeId;

use super::Actor;
use super::link::{Link, LinkId, Reach};
use crate::trace::{ActorId, ActorRow, LabelId, Labels, MessageKind, ReaderId, ReaderRow, Size, Sizes, Term, TermRow};

/// A message kind's number on this side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindId(pub(super) u8);

/// A kind of message with what is written beside it.
pub type Word = (KindId, LabelId);

/// The parties of one side before the run begins.
pub struct Setup<A> {
    pub(super) lanes: Vec<ActorRow>,
    pub(super) readers: Vec<ReaderRow>,
    pub(super) actors: Vec<A>,
    pub(super) links: Vec<Link>,
    pub(super) labels: Labels,
    pub(super) kinds: Vec<&'static MessageKind>,
    pub(super) bodies: Vec<LabelId>,
    pub(super) sizes: Sizes,
    pub(super) terms: Vec<TermRow>,
    pub(super) caller: ActorId,
}

impl<A> Default for Setup<A> {
    fn default() -> Self {
        Setup {
            lanes: Vec::new(),
            readers: Vec::new(),
            actors: Vec::new(),
            links: Vec::new(),
            labels: Labels::default(),
            kinds: Vec::new(),
            bodies: Vec::new(),
            sizes: Sizes::default(),
            terms: Vec::new(),
            caller: ActorId(0),
        }
    }
}

impl<A> Setup<A> {
    /// Adds a lane, from left to right. Its actor is added by [`Setup::actor`], in the same order.
    #[inline(never)]
    pub fn lane(&mut self, row: ActorRow) -> ActorId {
        let place = self.lanes.len();
        self.lanes.push(row);
        ActorId(u16::try_from(place).expect("a protocol has at most as many lanes as its settings' caps allow"))
    }

    /// Adds the actor of the next lane that has none.
    #[inline(never)]
    pub fn actor(&mut self, actor: A) {
        self.actors.push(actor);
        debug_assert!(self.actors.len() <= self.lanes.len(), "an actor has a lane");
    }

    /// Whether there is a lane without an actor.
    pub fn lacks_actors(&self) -> bool {
        self.actors.len() < self.lanes.len()
    }

    /// Adds one who reads a log.
    pub fn reader(&mut self, row: ReaderRow) -> ReaderId {
        self.readers.push(row);
        ReaderId((self.readers.len() - 1) as u16)
    }

    /// At which actor the jobs are wanted; the first lane unless said otherwise.
    pub fn wanted_at(&mut self, caller: ActorId) {
        self.caller = caller;
    }

    /// Adds a way from one actor to another, over which messages of type `B` travel.
    pub fn link<B: 'static>(&mut self, link: Link) -> LinkId<B> {
        LinkId::new(self.add(Link { language: TypeId::of::<B>(), ..link }))
    }

    #[inline(never)]
    fn add(&mut self, link: Link) -> u16 {
        let place = self.links.len();
        self.links.push(link);
        u16::try_from(place).expect("a protocol has a few links for each of its lanes")
    }

    /// The number of a text that is written beside messages and marks.
    #[inline(never)]
    pub fn label(&mut self, text: &str) -> LabelId {
        self.labels.intern(text)
    }

    /// The number of a kind of message.
    #[inline(never)]
    pub fn kind(&mut self, kind: &'static MessageKind) -> KindId {
        let found = self.kinds.iter().position(|known| *known == kind);
        let place = found.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.bodies.push(LabelId::EMPTY);
            self.kinds.len() - 1
        });
        KindId(u8::try_from(place).expect("a protocol has at most 256 kinds of message"))
    }

    /// What a message of this kind carries, for the reader who selects one. `{job}` stands for the job's number.
    #[inline(never)]
    pub fn body(&mut self, kind: KindId, text: &str) {
        let label = self.labels.intern(text);
        self.bodies[usize::from(kind.0)] = label;
    }

    /// What messages of this kind take on the wire, but for those of which [`Setup::sized_as`] says otherwise.
    #[inline(never)]
    pub fn sized(&mut self, kind: KindId, size: Size) {
        self.sizes.say(kind.0, None, size);
    }

    /// What messages of this kind take that have this label.
    #[inline(never)]
    pub fn sized_as(&mut self, (kind, label): Word, size: Size) {
        self.sizes.say(kind.0, Some(label), size);
    }

    /// Says what the protocol calls that at this lane.
    #[inline(never)]
    pub fn term(&mut self, lane: ActorId, term: Term, word: &str) {
        let word = self.labels.intern(word);
        self.terms.push(TermRow { lane, term, word });
    }

    /// Two actors of which the first has a link to the second, and the second understands nothing of what comes over it.
    pub fn misunderstanding(&self) -> Option<(&ActorRow, &ActorRow)>
    where
        A: Actor,
    {
        let deaf = |link: &&Link| !self.actors[link.to.at()].understands(link.language);
        let link = self.links.iter().find(deaf)?;
        Some((&self.lanes[link.from.at()], &self.lanes[link.to.at()]))
    }

    /// The pairs of lanes between which links lead through the network, each once, the left one first.
    pub fn linked(&self) -> Vec<[ActorId; 2]> {
        let mut pairs = Vec::new();
        for link in self.links.iter().filter(|link| link.reach == Reach::Network) {
            let pair = [link.from.min(link.to), link.from.max(link.to)];
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        pairs
    }

    /// The lanes so far, from left to right.
    pub fn lanes(&self) -> &[ActorRow] {
        &self.lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Context, Input};
    use crate::rng::Distribution;
    use crate::time::Span;
    use crate::trace::{Arrow, Class, Drawing, Duty};

    /// So many kinds of message as no protocol has, which live as long as the test.
    fn kinds(count: usize) -> Vec<&'static MessageKind> {
        let kind = |number: usize| MessageKind {
            name: format!("kind {number}").leak(),
            class: Class::Payload,
            arrow: Arrow::Async,
        };
        let kinds: &'static [MessageKind] = (0..count).map(kind).collect::<Vec<_>>().leak();
        kinds.iter().collect()
    }

    #[test]
    fn each_kind_that_a_number_can_name_has_one_of_its_own() {
        let mut setup = Setup::<()>::default();
        for pass in 0..2 {
            for (number, kind) in kinds(256).into_iter().enumerate() {
                assert_eq!(setup.kind(kind), KindId(number as u8), "pass {pass}");
            }
        }
        assert_eq!(setup.kinds.len(), 256);
    }

    /// That would be one message told as another.
    #[test]
    #[should_panic(expected = "a protocol has at most 256 kinds of message")]
    fn no_kind_gets_the_number_of_another() {
        let mut setup = Setup::<()>::default();
        for kind in kinds(257) {
            setup.kind(kind);
        }
    }

    /// Understands numbers.
    struct Reckoner;

    impl Actor for Reckoner {
        type Message = u32;
        type Timer = ();

        fn understands(&self, language: TypeId) -> bool {
            language == TypeId::of::<u32>()
        }

        fn handle(&mut self, _: Input<&u32, ()>, _: &mut Context<'_, u32, ()>) {}
    }

    fn lane(id: &str) -> ActorRow {
        ActorRow {
            id: id.into(),
            name: id.into(),
            subtitle: String::new(),
            duty: Duty::Worker,
            drawing: Drawing::Slots,
            slots: 1,
            slot_noun: String::new(),
            slot_names: Vec::new(),
        }
    }

    #[test]
    fn a_link_that_carries_what_nobody_understands_at_its_end_is_named() {
        let mut setup = Setup::default();
        let [from, to] = ["from", "to"].map(|id| setup.lane(lane(id)));
        [from, to].iter().for_each(|_| setup.actor(Reckoner));
        let way = || Link::new(from, to, 0, Distribution::fixed(Span::ZERO));
        setup.link::<u32>(way());
        assert!(setup.misunderstanding().is_none());
        setup.link::<String>(way());
        let ids = setup.misunderstanding().map(|(from, to)| (from.id.as_str(), to.id.as_str()));
        assert_eq!(ids, Some(("from", "to")));
    }
}
