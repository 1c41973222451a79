//! How a member of a side of parties deals with the records of its polls: with one hand or several, and what it does
//! between two attempts.
//!
//! The names of what several hands do are those of the Confluent Parallel Consumer (ParallelConsumerOptions).

use crate::reading::words;

/// Which records wait for each other, where a member has several hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ordering {
    /// None.
    Unordered,
    /// Those of a partition.
    Partition,
    /// Those of a key. A record without one waits for none.
    #[default]
    Key,
}

words!(Ordering: Unordered = "unordered", Partition = "partition", Key = "key");

/// What a member with one hand does between two attempts at a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BetweenAttempts {
    /// It sleeps, and polls before it tries again (spring-kafka, DefaultErrorHandler).
    #[default]
    Poll,
    /// It sleeps and polls when it has dealt with the record: a retry within the listener.
    Sleep,
    /// It pauses its partitions and goes on polling (spring-kafka, ContainerPausingBackOffHandler).
    Pause,
}

words!(BetweenAttempts: Poll = "poll", Sleep = "sleep", Pause = "pause");
