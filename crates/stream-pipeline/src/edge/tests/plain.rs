//! The plain edge: what an edge promises, without threads, batches and bytes.

use std::collections::VecDeque;

use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Closed,
    Aborted,
}

#[derive(Debug)]
pub(super) struct PlainEdge {
    pub(super) capacity: usize,
    pub(super) policy: OverflowPolicy,
    pub(super) levels: Levels,
    pub(super) started: bool,
    pub(super) state: State,
    /// Whether somebody receives what leaves, and what becomes of it if nobody does.
    pub(super) receiver: Option<fn(&mut Figures) -> &mut u64>,
    pub(super) contents: VecDeque<Vec<u8>>,
    pub(super) figures: Figures,
}

impl PlainEdge {
    pub(super) fn new(capacity: usize, policy: OverflowPolicy, levels: Levels) -> Self {
        let (contents, figures) = Default::default();
        Self { capacity, policy, levels, started: false, state: State::Open, receiver: None, contents, figures }
    }

    /// What was refused comes back.
    pub(super) fn offer(&mut self, mut messages: Vec<Vec<u8>>, hold: Hold) -> Result<(), (Vec<Vec<u8>>, Refusal)> {
        match self.state {
            State::Open => {}
            State::Closed => return Err((messages, Refusal::Closed)),
            State::Aborted => return Err((messages, Refusal::Aborted)),
        }
        let offered = messages.len() as u64;
        if let Some(counter) = self.receiver {
            self.figures.entered += offered;
            *counter(&mut self.figures) += offered;
            return Ok(());
        }
        let marked = self.policy == OverflowPolicy::Block && hold == Hold::AtHighMark && self.started;
        let room = match self.policy {
            OverflowPolicy::DropOldest => messages.len(),
            _ if marked && self.figures.pressured => 0,
            _ => self.capacity - self.contents.len(),
        };
        let refused = messages.split_off(room.min(messages.len()));
        self.figures.entered += messages.len() as u64;
        self.contents.extend(messages);
        while self.contents.len() > self.capacity {
            self.contents.pop_front();
            self.figures.dropped_oldest += 1;
        }
        self.changed();
        let reason = match self.policy {
            _ if refused.is_empty() => return Ok(()),
            OverflowPolicy::DropNewest => {
                self.figures.entered += refused.len() as u64;
                self.figures.dropped_newest += refused.len() as u64;
                return Ok(());
            }
            OverflowPolicy::Error => Refusal::Overflow,
            _ if self.started => Refusal::Full,
            _ => Refusal::NotStarted,
        };
        Err((refused, reason))
    }

    /// Takes `count` messages, as many as the edge has given.
    pub(super) fn take(&mut self, count: usize) -> Vec<Vec<u8>> {
        let taken: Vec<_> = self.contents.drain(..count).collect();
        self.figures.taken += count as u64;
        self.changed();
        taken
    }

    pub(super) fn close(&mut self) {
        if self.state == State::Open {
            self.state = State::Closed;
        }
    }

    pub(super) fn abort(&mut self) {
        self.figures.aborted += self.contents.len() as u64;
        self.contents.clear();
        self.state = State::Aborted;
        self.changed();
    }

    /// From now on nobody receives: what is there and what comes is counted by `counter`. The first call decides.
    pub(super) fn give_up(&mut self, counter: fn(&mut Figures) -> &mut u64) {
        if self.receiver.is_none() {
            self.receiver = Some(counter);
            *counter(&mut self.figures) += self.contents.len() as u64;
            self.contents.clear();
            self.changed();
        }
    }

    fn changed(&mut self) {
        let fill = self.contents.len() as u64;
        self.figures.fill = fill;
        self.figures.highest_fill = self.figures.highest_fill.max(fill);
        if self.figures.pressured {
            self.figures.pressured = fill > self.levels.low;
        } else if fill >= self.levels.high {
            self.figures.pressured = true;
            self.figures.pressured_count += 1;
        }
    }
}
