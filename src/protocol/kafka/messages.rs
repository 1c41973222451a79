//! What travels between producer, topic and members, and what wakes the topic.

use super::settings::Acks;
use crate::engine::LinkId;

/// The number of a record in its partition, from 0.
pub type Offset = u32;

/// The number of a member, counted over the members of all groups.
pub type MemberNumber = u16;

/// The member id that the coordinator gives. A member that joins without one gets a new one.
pub type Identity = u32;

/// How often a group's partitions have been divided among its members.
pub type Generation = u32;

/// The number of a member's request. The answer carries it, so that the member knows which request is answered.
pub type Request = u32;

/// A batch of the producer's, counted over all partitions.
pub type BatchNumber = u32;

/// What a produce request is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Stored,
    NoLeader,
    NotEnoughReplicas,
    OutOfOrderSequence,
}

/// What a heartbeat is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    Fine,
    RebalanceInProgress,
    UnknownMember,
}

/// Who produces, as every produce request says.
#[derive(Clone, Copy, Debug)]
pub struct Producing {
    /// The way there from the partition's leader. No other producer has it, so it stands for the producer id, together
    /// with the number of that producer's life: a process that begins anew has a new id.
    pub back: LinkId<ToProducer>,
    pub life: u16,
    pub acks: Acks,
    /// Whether the leader is to look at the sequence numbers.
    pub idempotent: bool,
}

/// What the producer hears.
#[derive(Clone, Copy, Debug)]
pub enum ToProducer {
    Produced {
        partition: u16,
        batch: BatchNumber,
        attempt: u32,
        answer: Answer,
    },
    /// The connection to a partition's leader broke, and with it every request on it that is not answered.
    Closed {
        partition: u16,
    },
}

/// What the topic hears. The records that a message carries are named in its row of the trace.
#[derive(Clone, Copy, Debug)]
pub enum ToTopic {
    Produce {
        partition: u16,
        batch: BatchNumber,
        /// How many records this producer sent to the partition before.
        sequence: u32,
        attempt: u32,
        producing: Producing,
    },
    Fetch {
        member: MemberNumber,
        partition: u16,
        from: Offset,
        request: Request,
    },
    Commit {
        member: MemberNumber,
        identity: Identity,
        generation: Generation,
        partition: u16,
        offset: Offset,
        request: Request,
    },
    AskOffset {
        member: MemberNumber,
        partition: u16,
        request: Request,
    },
    Group(MemberNumber, GroupRequest),
}

/// What a member asks the coordinator of its group.
#[derive(Clone, Copy, Debug)]
pub enum GroupRequest {
    Join {
        /// None at first.
        identity: Option<Identity>,
        request: Request,
    },
    Sync {
        identity: Identity,
        generation: Generation,
        request: Request,
    },
    Heartbeat {
        identity: Identity,
        generation: Generation,
    },
    Leave {
        identity: Identity,
    },
}

/// What a lane of members hears.
#[derive(Clone, Copy, Debug)]
pub enum ToMembers {
    /// As many records as the row carries parts, from `from` on. None if there is nothing new.
    Fetched {
        member: MemberNumber,
        partition: u16,
        from: Offset,
        request: Request,
    },
    FetchRefused {
        member: MemberNumber,
        partition: u16,
        request: Request,
    },
    Committed {
        member: MemberNumber,
        request: Request,
        taken: Taken,
    },
    Group(MemberNumber, GroupAnswer),
}

/// What a member is told of its group.
#[derive(Clone, Copy, Debug)]
pub enum GroupAnswer {
    /// A member id, with which to join again.
    Identified {
        identity: Identity,
        request: Request,
    },
    Joined {
        generation: Generation,
        request: Request,
    },
    Assigned {
        first: u16,
        count: u16,
        request: Request,
    },
    BeginAt {
        partition: u16,
        offset: Offset,
        request: Request,
    },
    /// The coordinator does not know the member, or is not there.
    Refused {
        request: Request,
        taken: Taken,
    },
    Heartbeat {
        identity: Identity,
        pulse: Pulse,
    },
}

/// What became of a request to the coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// The member is not, or no longer, of this generation.
    UnknownMember,
    NoCoordinator,
}

/// What a topic can be woken for.
#[derive(Clone, Copy, Debug)]
pub enum TopicTimer {
    /// The followers have what was written to a partition first of all that they do not have yet.
    Replicated { partition: u16 },
    /// A fetch has waited long enough.
    FetchOver { partition: u16, member: MemberNumber, request: Request },
    /// The oldest record of a partition may have been kept long enough.
    RetentionOver { partition: u16 },
    /// A member may have been silent for too long.
    SessionOver { group: u16, identity: Identity },
    /// Nobody else is waited for.
    JoinOver { group: u16 },
}

/// The partitions of member `place` of `members`: the first ones get the extra (RangeAssignor).
pub fn range(partitions: u16, members: u16, place: u16) -> (u16, u16) {
    let (each, extra) = (partitions / members, partitions % members);
    (place * each + place.min(extra), each + u16::from(place < extra))
}
