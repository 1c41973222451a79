//! The coordinator of one group: who is a member, which generation it is, and who gets which partitions.
//!
//! The classic protocol with eager rebalancing: JoinGroup waits until every known member has joined, then SyncGroup
//! brings the assignment. Source: apache/kafka, GroupCoordinator and RangeAssignor. *Invariant:* within a generation
//! each partition has one owner.

use super::super::messages::{
    Generation, GroupAnswer, Identity, MemberNumber, Pulse, Request, Taken, ToMembers, TopicTimer, range,
};
use crate::protocol::by_number::ByNumber;

use super::super::words::Words;
use super::reader::Reader;
use crate::engine::{TimerId, Word};
use crate::protocol::Stage;
use crate::time::{Moment, Span};
use crate::trace::{LevelKind, MarkKind, MessageId, PartId, ReaderId, Slot};

/// An answer to be sent to a member.
pub struct Reply {
    pub member: MemberNumber,
    pub to: MessageId,
    pub word: Word,
    pub body: ToMembers,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum GroupState {
    Empty,
    /// Waits for its members to join.
    Preparing,
    /// Waits for the leader's assignment.
    Completing,
    Stable,
}

impl GroupState {
    fn divides(self) -> bool {
        matches!(self, GroupState::Preparing | GroupState::Completing)
    }
}

struct Registered {
    member: MemberNumber,
    heard: Moment,
    /// Rings when its session may be over.
    session: TimerId,
    joining: Option<(MessageId, Request)>,
    syncing: Option<(MessageId, Request)>,
}

pub struct Coordinator {
    words: Words,
    /// Among the groups of the topic.
    number: u16,
    reader: ReaderId,
    partitions: u16,
    session_timeout: Span,
    rebalance_timeout: Span,
    initial_delay: Span,
    state: GroupState,
    generation: Generation,
    members: ByNumber<Identity, Registered>,
    last_identity: Identity,
    /// Rings when the time for joining is over.
    joins: Option<TimerId>,
    /// Whether it is the first time for a new group, which waits a while whoever has joined.
    delayed: bool,
    /// Whether someone came while a new group waited.
    newcomer: bool,
}

impl Coordinator {
    pub fn new(reader: &Reader<'_>, words: Words, number: u16, partitions: u16) -> Self {
        let settings = reader.group;
        Coordinator {
            words,
            number,
            reader: reader.id,
            partitions,
            session_timeout: settings.session_timeout,
            rebalance_timeout: settings.max_poll_interval,
            initial_delay: settings.initial_rebalance_delay,
            state: GroupState::Empty,
            generation: 0,
            members: ByNumber::default(),
            last_identity: 0,
            joins: None,
            delayed: false,
            newcomer: false,
        }
    }

    /// The group was formed before the run: its members are numbered from `first`.
    pub fn formed(&mut self, first: MemberNumber, count: u16, stage: &mut Stage<'_>) {
        for place in 0..count {
            self.last_identity += 1;
            let session = self.watch(self.last_identity, self.session_timeout, stage);
            let (member, heard) = (first + place, stage.now());
            let registered = Registered { member, heard, session, joining: None, syncing: None };
            self.members.insert(self.last_identity, registered);
        }
        self.generation = 1;
        self.state = GroupState::Stable;
    }

    /// From now on it is in `state`; the trace says while the partitions are divided anew.
    fn turn(&mut self, state: GroupState, stage: &mut Stage<'_>) {
        if state != GroupState::Preparing {
            stage.cancel(self.joins.take());
        }
        let before = std::mem::replace(&mut self.state, state).divides();
        if before != state.divides() {
            stage.level_of(self.reader, Slot::WHOLE, LevelKind::Dividing, u32::from(state.divides()));
        }
    }

    fn watch(&self, identity: Identity, span: Span, stage: &mut Stage<'_>) -> TimerId {
        stage.set_timer(span, TopicTimer::SessionOver { group: self.number, identity })
    }

    /// Whether a commit of this member and generation is taken.
    pub fn knows(&self, identity: Identity, generation: Generation) -> bool {
        self.members.contains(&identity) && self.generation == generation && self.state != GroupState::Completing
    }

    pub fn join(
        &mut self,
        message: MessageId,
        member: MemberNumber,
        identity: Option<Identity>,
        request: Request,
        stage: &mut Stage<'_>,
    ) -> Vec<Reply> {
        let Some(identity) = identity else {
            self.last_identity += 1;
            let body = ToMembers::Group(member, GroupAnswer::Identified { identity: self.last_identity, request });
            return vec![Reply { member, to: message, word: self.words.member_id, body }];
        };
        let session = match self.members.get(&identity) {
            Some(known) => known.session,
            None => self.watch(identity, self.session_timeout, stage),
        };
        let (heard, joining) = (stage.now(), Some((message, request)));
        self.members.insert(identity, Registered { member, heard, session, joining, syncing: None });
        if self.state == GroupState::Empty && self.generation == 0 {
            self.turn(GroupState::Preparing, stage);
            self.delayed = true;
            self.await_joins(self.initial_delay, stage);
            return Vec::new();
        }
        self.newcomer |= self.delayed;
        self.prepare(stage);
        self.complete_if_all_joined(stage)
    }

    fn await_joins(&mut self, span: Span, stage: &mut Stage<'_>) {
        let timer = stage.set_timer(span, TopicTimer::JoinOver { group: self.number });
        stage.cancel(self.joins.replace(timer));
    }

    /// Everyone must join anew.
    fn prepare(&mut self, stage: &mut Stage<'_>) {
        if self.state != GroupState::Preparing {
            self.turn(GroupState::Preparing, stage);
            self.await_joins(self.rebalance_timeout, stage);
        }
    }

    /// The time for joining is over: who has not joined is no longer a member.
    pub fn join_over(&mut self, stage: &mut Stage<'_>) -> Vec<Reply> {
        if self.delayed && self.newcomer {
            self.newcomer = false;
            self.await_joins(self.initial_delay, stage);
            return Vec::new();
        }
        for (identity, registered) in self.members.take() {
            match registered.joining {
                Some(_) => self.members.insert(identity, registered),
                None => stage.cancel(registered.session),
            }
        }
        self.delayed = false;
        self.complete_if_all_joined(stage)
    }

    fn complete_if_all_joined(&mut self, stage: &mut Stage<'_>) -> Vec<Reply> {
        let waiting = self.members.values().any(|registered| registered.joining.is_none());
        if self.state != GroupState::Preparing || self.delayed || waiting {
            return Vec::new();
        }
        if self.members.is_empty() {
            self.turn(GroupState::Empty, stage);
            return Vec::new();
        }
        self.turn(GroupState::Completing, stage);
        self.generation += 1;
        let (generation, word) = (self.generation, self.words.joined);
        let mut replies = Vec::new();
        self.members.each(|registered| {
            registered.heard = stage.now();
            if let Some((to, request)) = registered.joining.take() {
                let member = registered.member;
                let body = ToMembers::Group(member, GroupAnswer::Joined { generation, request });
                replies.push(Reply { member, to, word, body });
            }
        });
        replies
    }

    /// SyncGroup. All are answered when that of the leader, the first member, is there.
    pub fn sync(
        &mut self,
        message: MessageId,
        member: MemberNumber,
        identity: Identity,
        generation: Generation,
        request: Request,
        stage: &mut Stage<'_>,
    ) -> Vec<Reply> {
        let known = self.generation == generation && matches!(self.state, GroupState::Completing | GroupState::Stable);
        let Some(registered) = self.members.get_mut(&identity).filter(|_| known) else {
            let body = ToMembers::Group(member, GroupAnswer::Refused { request, taken: Taken::UnknownMember });
            return vec![Reply { member, to: message, word: self.words.unknown_member, body }];
        };
        registered.heard = stage.now();
        registered.syncing = Some((message, request));
        let leader = self.members.values().next().is_some_and(|leader| leader.syncing.is_some());
        if leader {
            self.turn(GroupState::Stable, stage);
        }
        if self.state != GroupState::Stable {
            return Vec::new();
        }
        let (partitions, members, word) = (self.partitions, self.members.len() as u16, self.words.assigned);
        let (mut replies, mut place) = (Vec::new(), 0);
        self.members.each(|registered| {
            if let Some((to, request)) = registered.syncing.take() {
                let (first, count) = range(partitions, members, place);
                let member = registered.member;
                let body = ToMembers::Group(member, GroupAnswer::Assigned { first, count, request });
                replies.push(Reply { member, to, word, body });
            }
            place += 1;
        });
        replies
    }

    pub fn heartbeat(
        &mut self,
        message: MessageId,
        member: MemberNumber,
        identity: Identity,
        generation: Generation,
        stage: &mut Stage<'_>,
    ) -> Reply {
        let pulse = match self.members.get_mut(&identity) {
            Some(registered) if self.generation == generation => {
                registered.heard = stage.now();
                if self.state == GroupState::Preparing { Pulse::RebalanceInProgress } else { Pulse::Fine }
            }
            _ => Pulse::UnknownMember,
        };
        let word = match pulse {
            Pulse::Fine => self.words.fine,
            Pulse::RebalanceInProgress => self.words.rebalancing,
            Pulse::UnknownMember => self.words.heartbeat_unknown,
        };
        let body = ToMembers::Group(member, GroupAnswer::Heartbeat { identity, pulse });
        Reply { member, to: message, word, body }
    }

    /// No heartbeat for as long as the session timeout: the member is removed. Who waits for an answer is not.
    pub fn session_over(&mut self, identity: Identity, stage: &mut Stage<'_>) -> Vec<Reply> {
        let Some(registered) = self.members.get_mut(&identity) else {
            return Vec::new();
        };
        if registered.joining.is_some() || registered.syncing.is_some() {
            registered.heard = stage.now();
        }
        let due = registered.heard + self.session_timeout;
        if due > stage.now() {
            let session = self.watch(identity, due.since(stage.now()), stage);
            self.members.get_mut(&identity).into_iter().for_each(|registered| registered.session = session);
            return Vec::new();
        }
        stage.mark(MarkKind::Rebalanced, Slot::WHOLE, PartId::NONE, identity.into(), self.words.member_gone);
        self.remove(identity, stage)
    }

    pub fn remove(&mut self, identity: Identity, stage: &mut Stage<'_>) -> Vec<Reply> {
        let Some(removed) = self.members.remove(&identity) else {
            return Vec::new();
        };
        stage.cancel(removed.session);
        if self.members.is_empty() {
            self.turn(GroupState::Empty, stage);
            return Vec::new();
        }
        self.prepare(stage);
        self.complete_if_all_joined(stage)
    }

    /// The broker is back: nobody could be heard meanwhile.
    pub fn hear_all(&mut self, stage: &Stage<'_>) {
        self.members.each(|registered| registered.heard = stage.now());
    }
}
