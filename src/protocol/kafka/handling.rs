//! How a member of a side of parties deals with the records of its polls: with one hand or several, and what it does
//! between two attempts.
//!
//! The names of what several hands do are those of the Confluent Parallel Consumer (ParallelConsumerOptions).

use crate::reading::words;

words! {
    /// Which records wait for each other, where a member has several hands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Ordering = Key {
        /// None.
        Unordered = "unordered",
        /// Those of a partition.
        Partition = "partition",
        /// Those of a key. A record without one waits for none.
        Key = "key",
    }
}

words! {
    /// What a member with one hand does between two attempts at a record.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum BetweenAttempts = Poll {
        /// It sleeps, and polls before it tries again (spring-kafka, DefaultErrorHandler).
        Poll = "poll",
        /// It sleeps and polls when it has dealt with the record: a retry within the listener.
        Sleep = "sleep",
        /// It pauses its partitions and goes on polling (spring-kafka, ContainerPausingBackOffHandler).
        Pause = "pause",
    }
}
