//! The portions of a hosted stage that are not finished, and whose turn it is.
//!
//! Invariants: portions are kept in the order in which they were taken. A portion of an ordered hand has its turn when none
//! of an ordered hand was taken before it and is still here; until then its outputs are held here. So the first of them
//! holds none, and one that is finished and still here waits for its turn.

use std::collections::VecDeque;

use super::outlet::Outlet;
use crate::batch::{Batch, MAX_BATCH_BYTES, MAX_BATCH_MESSAGES};

/// When what a hand has made leaves the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// In the order in which portions were taken, among all hands of the stage with this order.
    AsTaken,
    /// When it is given.
    AsDone,
}

/// So many portions a hand may always have here: then it need not wait for every slower one.
const PORTIONS: usize = 4;

/// A hand with small portions may have more of them here: as many as make up so many full ones.
const MESSAGES: u64 = (PORTIONS * MAX_BATCH_MESSAGES) as u64;
const BYTES: usize = PORTIONS * MAX_BATCH_BYTES;

/// A hand of which more is held here than one full batch makes no more before its turn has come.
const HELD_BYTES: usize = MAX_BATCH_BYTES;

/// What a hand has taken in one go.
#[derive(Debug)]
pub(super) struct Portion {
    pub(super) hand: usize,
    pub(super) order: Order,
    /// Messages the stage had taken before.
    pub(super) first: u64,
    pub(super) messages: u64,
    pub(super) bytes: usize,
    pub(super) taken_ns: u64,
    pub(super) wait_ns: u64,
}

/// How far a hand has come with a portion since it last gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    pub(super) ticket: u64,
    /// Inputs that are done.
    pub(super) done: u64,
    /// Whether the next one is in the books already, because its first outputs had to leave.
    pub(super) settled_early: bool,
}

/// The figures of a portion that is finished.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) messages: usize,
    pub(super) taken_ns: u64,
    pub(super) wait_ns: u64,
    /// Since when its hand had nothing else to do.
    pub(super) since_ns: u64,
}

#[derive(Debug)]
struct Place {
    ticket: u64,
    portion: Portion,
    done: u64,
    settled_early: bool,
    held: Vec<Batch>,
}

/// What a hand has here.
#[derive(Debug, Default)]
struct Share {
    portions: usize,
    messages: u64,
    bytes: usize,
    held_bytes: usize,
    finished_ns: u64,
}

#[derive(Debug, Default)]
pub(super) struct Window {
    places: VecDeque<Place>,
    /// By hand.
    shares: Vec<Share>,
    tickets: u64,
}

impl Place {
    fn is_finished(&self) -> bool {
        self.done == self.portion.messages
    }

    /// Inputs that are not in the books.
    fn open(&self) -> u64 {
        self.portion.messages - self.done - u64::from(self.settled_early)
    }
}

impl Window {
    /// The number of a new hand.
    pub(super) fn join(&mut self) -> usize {
        self.shares.push(Share::default());
        self.shares.len() - 1
    }

    /// Whether a hand may take another portion.
    pub(super) fn has_room_for(&self, hand: usize) -> bool {
        let share = &self.shares[hand];
        share.portions < PORTIONS || (share.messages < MESSAGES && share.bytes < BYTES)
    }

    /// Whether a hand has to wait for its turn before it makes more.
    pub(super) fn holds_up(&self, hand: usize) -> bool {
        self.shares[hand].held_bytes > HELD_BYTES
    }

    /// Whether nobody has anything in hand.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds what a hand has taken; returns its ticket.
    pub(super) fn open(&mut self, portion: Portion) -> u64 {
        let share = &mut self.shares[portion.hand];
        share.portions += 1;
        share.messages += portion.messages;
        share.bytes += portion.bytes;
        let ticket = self.tickets;
        self.tickets += 1;
        self.places.push_back(Place { ticket, portion, done: 0, settled_early: false, held: Vec::new() });
        ticket
    }

    /// Takes over what a hand has made of a portion; what may leave goes to the outlet. The portion's figures, if it is
    /// finished by that.
    pub(super) fn settle(
        &mut self,
        progress: Progress,
        outputs: impl Iterator<Item = Batch>,
        outlet: &mut Outlet,
        now_ns: u64,
    ) -> Option<Finished> {
        let index = self.index_of(progress.ticket);
        let order = self.places[index].portion.order;
        let leaves = order == Order::AsDone || self.turn() == Some(index);
        let place = &mut self.places[index];
        place.done += progress.done;
        place.settled_early = progress.settled_early;
        let share = &mut self.shares[place.portion.hand];
        for batch in outputs {
            if leaves {
                outlet.put(batch);
            } else {
                share.held_bytes += batch.weight();
                place.held.push(batch);
            }
        }
        if !place.is_finished() {
            return None;
        }
        let Portion { messages, taken_ns, wait_ns, .. } = place.portion;
        let since_ns = taken_ns.max(share.finished_ns);
        share.finished_ns = now_ns;
        if leaves {
            self.remove(index);
            if order == Order::AsTaken {
                self.pass_turn(outlet);
            }
        }
        Some(Finished { messages: messages as usize, taken_ns, wait_ns, since_ns })
    }

    /// The portion whose turn it is.
    fn turn(&self) -> Option<usize> {
        self.places.iter().position(|place| place.portion.order == Order::AsTaken)
    }

    /// What the next portions hold leaves, up to the first that is not finished.
    fn pass_turn(&mut self, outlet: &mut Outlet) {
        while let Some(index) = self.turn() {
            let place = &mut self.places[index];
            let share = &mut self.shares[place.portion.hand];
            for batch in place.held.drain(..) {
                share.held_bytes -= batch.weight();
                outlet.put(batch);
            }
            if !place.is_finished() {
                break;
            }
            self.remove(index);
        }
    }

    fn remove(&mut self, index: usize) {
        if let Some(Place { portion, .. }) = self.places.remove(index) {
            let share = &mut self.shares[portion.hand];
            share.portions -= 1;
            share.messages -= portion.messages;
            share.bytes -= portion.bytes;
        }
    }

    fn index_of(&self, ticket: u64) -> usize {
        let found = self.places.binary_search_by_key(&ticket, |place| place.ticket);
        found.expect("a portion stays until its hand has finished it")
    }

    /// The ticket of the portion that is here longest and not finished.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.places.iter().find(|place| !place.is_finished()).map(|place| place.ticket)
    }

    /// The stage failed at the next input of a portion: its sequence number, and whether it was in the books already.
    pub(super) fn fail(&mut self, ticket: u64) -> (u64, bool) {
        let index = self.index_of(ticket);
        let place = &mut self.places[index];
        let sequence = place.portion.first + place.done;
        place.done += 1;
        (sequence, std::mem::take(&mut place.settled_early))
    }

    /// Gives up everything: how many inputs were not in the books, and how many outputs were held.
    pub(super) fn give_up(&mut self) -> u64 {
        let given_up = |place: Place| place.open() + place.held.iter().map(|batch| batch.len() as u64).sum::<u64>();
        self.places.drain(..).map(given_up).sum()
    }
}
