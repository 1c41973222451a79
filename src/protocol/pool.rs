//! A pool of connections, first come, first served: what HTTP clients, database drivers and bulkheads share.
//!
//! It opens connections up to a bound, hands them out, and keeps those who find none in order. It knows neither why
//! somebody waits nor for how long: whoever stops waiting leaves. (That waiters are served in order is HikariCP's and
//! sqlx's default, `fair`; not every HTTP client is fair.)
//!
//! *Invariant:* nobody waits while a connection is idle or another may be opened.

use super::by_number::Key;
use super::waiting::WaitingLine;

/// A connection, by number. A number is never used again.
pub type Connection = u32;

/// A pool whose waiters are `W`.
pub struct Pool<W> {
    most: u32,
    open: u32,
    /// The last used on top, as drivers take the warmest.
    idle: Vec<Connection>,
    waiters: WaitingLine<W>,
    next: Connection,
}

impl<W: Key> Pool<W> {
    /// An empty pool that opens up to `most` connections.
    pub fn new(most: u32) -> Self {
        Pool { most, open: 0, idle: Vec::new(), waiters: WaitingLine::default(), next: 0 }
    }

    /// A connection, if one is idle or another may be opened.
    pub fn take(&mut self) -> Option<Connection> {
        self.idle.pop().or_else(|| {
            (self.open < self.most).then(|| {
                self.open += 1;
                self.next += 1;
                self.next - 1
            })
        })
    }

    /// Stands in line.
    pub fn wait(&mut self, waiter: W) {
        self.waiters.join(waiter);
    }

    /// Leaves the line, if in it.
    pub fn leave(&mut self, waiter: &W) {
        self.waiters.leave(waiter);
    }

    /// Gives a connection back. If somebody waits, it is theirs now.
    pub fn give_back(&mut self, connection: Connection) -> Option<W> {
        let next = self.waiters.serve();
        if next.is_none() {
            self.idle.push(connection);
        }
        next
    }

    /// A connection that was in use is closed. If somebody waits, another is opened for them.
    pub fn discard(&mut self) -> Option<(W, Connection)> {
        self.open -= 1;
        let waiter = self.waiters.serve()?;
        self.take().map(|connection| (waiter, connection))
    }

    /// Whether `connection` was idle, and so is gone now that the other end closed it.
    pub fn lose_idle(&mut self, connection: Connection) -> bool {
        let place = self.idle.iter().position(|idle| *idle == connection);
        if let Some(place) = place {
            self.idle.remove(place);
            self.open -= 1;
        }
        place.is_some()
    }

    /// Everything is closed and nobody waits: the process died.
    pub fn reset(&mut self) {
        self.open = 0;
        self.idle.clear();
        self.waiters.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_wait_are_served_in_order() {
        let mut pool = Pool::new(1);
        let connection = pool.take().unwrap();
        assert_eq!(pool.take(), None);
        pool.wait(1u32);
        pool.wait(2);
        pool.wait(3);
        pool.leave(&2);
        assert_eq!(pool.give_back(connection), Some(1));
        assert_eq!(pool.give_back(connection), Some(3));
        assert_eq!(pool.give_back(connection), None);
        assert_eq!(pool.take(), Some(connection), "the warmest first");
    }

    #[test]
    fn a_closed_connection_makes_room_for_a_new_one() {
        let mut pool = Pool::new(1);
        let first = pool.take().unwrap();
        pool.wait(1u32);
        let (waiter, second) = pool.discard().unwrap();
        assert_eq!((waiter, second == first), (1, false));
        assert_eq!(pool.give_back(second), None);
        assert!(pool.lose_idle(second));
        assert!(!pool.lose_idle(second));
        assert!(pool.take().is_some());
    }
}
