//! The pressure of an edge: from when on its feeders are held up, and until when.
//!
//! Invariants:
//! - `pressured` changes under the lock only. Up: when the messages or the bytes in the edge are at their high mark, or when
//!   a `block` edge refuses a message because its bytes do not fit. Down: when both are at their low mark or below.
//! - It never goes up where it would go down again at once: an empty edge is not pressured, so no wait is without a way out.
//!   A message that does not fit even at the low mark waits as it does with the marks off: until it fits, or until the edge is
//!   empty.

use super::{Edge, Tail, bump};
use crate::overflow::OverflowPolicy;
use crate::sync::{Ordering, fence};

impl Edge {
    pub(crate) fn is_pressured(&self) -> bool {
        // Partner: the release in `build_pressure`: who sees the pressure sees since when.
        self.pressured.load(Ordering::Acquire)
    }

    /// Whether the marks hold feeders up now: only where waiting is the policy.
    pub(super) fn holds(&self) -> bool {
        self.config.policy == OverflowPolicy::Block && self.is_pressured()
    }

    /// Whether whoever feeds this edge has to wait now.
    pub(crate) fn holds_or_is_full(&self) -> bool {
        self.config.policy == OverflowPolicy::Block
            && (self.is_pressured() || self.fill() >= self.config.capacity as u64)
    }

    /// Evaluates the high marks, after messages were let in or `refused`. Needs the lock.
    pub(super) fn build_pressure(&self, tail: &Tail, refused: bool) {
        if self.is_pressured() {
            // Many small messages may have made room for one large one. On other edges only consumers lower the fill.
            if self.is_drop_oldest() {
                self.settle_pressure(tail);
            }
            return;
        }
        let begins = self.is_high() || (refused && self.lacks_bytes());
        if !begins {
            return;
        }
        self.stats.pressured_since_ns.store(self.fixtures.clock.now_ns(), Ordering::Relaxed);
        // Partner: the acquire in `is_pressured`.
        self.pressured.store(true, Ordering::Release);
        bump(&self.stats.pressured_count, 1);
        self.fixtures.pressure.changed(self.index, true);
        // The consumer may have emptied the ring before it could see the mark, and then it will not look again.
        // Partner: the fence in `Waiters::any`, between the consumer's `left` and its look at `pressured`.
        fence(Ordering::SeqCst);
        self.settle_pressure(tail);
    }

    /// Evaluates the low marks. Needs the lock, as everything that changes `pressured`.
    pub(super) fn settle_pressure(&self, _tail: &Tail) {
        if self.is_pressured() && self.is_low() {
            self.pressured.store(false, Ordering::Relaxed);
            let since_ns = self.stats.pressured_since_ns.load(Ordering::Relaxed);
            let now_ns = self.fixtures.clock.now_ns();
            bump(&self.stats.pressured_ns, now_ns.saturating_sub(since_ns));
            self.fixtures.pressure.changed(self.index, false);
        }
    }

    /// Whether pressure would begin now.
    fn is_high(&self) -> bool {
        self.fill() >= self.config.levels.high || self.bytes() >= self.config.byte_levels.high
    }

    /// Whether pressure would end now.
    pub(super) fn is_low(&self) -> bool {
        self.fill() <= self.config.levels.low && self.bytes() <= self.config.byte_levels.low
    }

    /// Whether a message that was refused below the high marks, and so for want of bytes, is to wait for the low mark: one
    /// that is refused at the low mark has nothing to wait for but room.
    fn lacks_bytes(&self) -> bool {
        self.config.policy == OverflowPolicy::Block
            && self.config.levels.is_on()
            && self.bytes() > self.config.byte_levels.low
    }
}
