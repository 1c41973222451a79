//! The consumers' connections: how they are lost and opened again, and what faults do to a lane that has them.
//!
//! *Invariant:* a connection that was lost is never used again: what is opened after it has a later epoch.

use super::super::messages::{Epoch, ToBroker};
use super::super::settings::Acknowledgement;
use super::{Connection, Consumer, Consumers, Timer};
use crate::engine::{Fault, Parcel, Phase, Word};
use crate::protocol::Stage;
use crate::protocol::lending::Loans;
use crate::trace::{Ending, PartId};

impl Consumers {
    /// A message to the broker that is not about any job.
    fn parcel(&self, number: u16, word: Word) -> Parcel<ToBroker> {
        self.to_broker(number, word, PartId::NONE).attempt(self.consumers[usize::from(number)].epoch % 1000 + 1)
    }

    /// Opens a connection and consumes.
    pub(super) fn connect(&mut self, number: u16, stage: &mut Stage<'_>) {
        self.opened += 1;
        let consumer = &mut self.consumers[usize::from(number)];
        consumer.epoch = self.opened;
        consumer.last_tag = 0;
        consumer.connection = Connection::Open;
        stage.cancel(consumer.reconnects.take());
        self.consume(number, stage);
    }

    fn consume(&mut self, number: u16, stage: &mut Stage<'_>) {
        let epoch = self.consumers[usize::from(number)].epoch;
        let body = ToBroker::Consume { channel: self.first_channel + number, epoch };
        stage.send(self.parcel(number, self.words.consume), body);
    }

    /// The connection is gone, and with it what was delivered over it and not begun, unless it counts as acknowledged
    /// already. Work in hand goes on.
    pub(super) fn lose_connection(&mut self, number: u16, stage: &mut Stage<'_>) {
        let consumer = &mut self.consumers[usize::from(number)];
        consumer.connection = Connection::Lost;
        consumer.done.clear();
        if self.ack == Acknowledgement::Manual {
            self.drop_waiting(number, Ending::Returned, stage);
        }
    }

    fn drop_waiting(&mut self, number: u16, ending: Ending, stage: &mut Stage<'_>) {
        for (_, stay) in self.consumers[usize::from(number)].waiting.drain(..) {
            stage.end(stay, ending);
        }
    }

    pub(super) fn plan_reconnect(&mut self, number: u16, stage: &mut Stage<'_>) {
        let consumer = &mut self.consumers[usize::from(number)];
        if consumer.reconnects.is_none() {
            consumer.reconnects = Some(stage.set_timer(self.recovery_interval, Timer::Reconnect { consumer: number }));
        }
    }

    fn numbers(&self) -> std::ops::Range<u16> {
        0..self.consumers.len() as u16
    }

    pub(super) fn fault(&mut self, fault: Fault, phase: Phase, stage: &mut Stage<'_>) {
        match (fault, phase) {
            // The engine stretches the work.
            (Fault::SlowDown { .. }, _) | (Fault::SilentOutage, Phase::Begins) => {}
            (Fault::Outage, Phase::Begins) => {
                // Within another outage nothing is consumed that could be cancelled.
                if stage.faults().outages == 1 {
                    self.cancel(stage);
                }
            }
            (Fault::Crash, Phase::Begins) => self.crash(stage),
            (Fault::Outage | Fault::Crash, Phase::Ends) => self.resume(stage),
            // What was sent into the silence never came: the connections that carried it are beyond repair.
            (Fault::SilentOutage, Phase::Ends) => self.open_anew(stage),
        }
    }

    /// Closes every connection, and consumes over new ones.
    pub(super) fn open_anew(&mut self, stage: &mut Stage<'_>) {
        self.close(stage);
        self.resume(stage);
    }

    /// `basic.cancel`: no more, please; what was delivered is kept and worked off (FLT-1).
    fn cancel(&mut self, stage: &mut Stage<'_>) {
        for number in self.numbers() {
            let Consumer { connection: Connection::Open, epoch, .. } = self.consumers[usize::from(number)] else {
                continue;
            };
            let body = ToBroker::Cancel { channel: self.first_channel + number, epoch };
            stage.send(self.parcel(number, self.words.cancel), body);
        }
    }

    /// The process dies with what it has in hand, and its host closes the connections (FLT-2).
    fn crash(&mut self, stage: &mut Stage<'_>) {
        for number in self.numbers() {
            if let Some((_, in_hand)) = self.consumers[usize::from(number)].in_hand.take() {
                in_hand.cut_short(stage);
            }
            self.drop_waiting(number, Ending::Interrupted, stage);
        }
        self.loans.iter_mut().for_each(Loans::clear);
        self.close(stage);
    }

    fn close(&mut self, stage: &mut Stage<'_>) {
        for number in self.numbers() {
            if self.consumers[usize::from(number)].connection == Connection::Open {
                let host = (self.first_channel, self.consumers.len() as u16);
                self.close_one(number, (self.opened, host), stage);
            }
        }
    }

    fn close_one(&mut self, number: u16, (epoch, host): (Epoch, (u16, u16)), stage: &mut Stage<'_>) {
        self.lose_connection(number, stage);
        let body = ToBroker::Closed { channel: self.first_channel + number, epoch, host };
        stage.send(self.parcel(number, self.words.closed), body);
    }

    /// One connection turns out to be broken: another takes its place, unless nothing is consumed now.
    pub(super) fn give_connection_up(&mut self, number: u16, stage: &mut Stage<'_>) {
        let epoch = self.consumers[usize::from(number)].epoch;
        self.close_one(number, (epoch, (self.first_channel + number, 1)), stage);
        if !stage.is_out() {
            self.connect(number, stage);
        }
    }

    /// Consumes again, over a new connection where the old one is gone.
    fn resume(&mut self, stage: &mut Stage<'_>) {
        if stage.is_out() {
            return;
        }
        for number in self.numbers() {
            match self.consumers[usize::from(number)].connection {
                Connection::Open => self.consume(number, stage),
                Connection::Lost => self.connect(number, stage),
            }
        }
    }
}
