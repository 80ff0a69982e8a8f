//! The ledger of one stage, kept by the one thread that runs it; or a hand's share of it.
//!
//! Invariant, whenever no batch is in work: `received + created = emitted + absorbed + skipped + dead_lettered + failed +
//! aborted`. While one is, what is missing on the right is in hand. `created` counts an input's outputs beyond its first, and every output that
//! belongs to no input; `absorbed` counts inputs without output.

/// Counts of one stage since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) received: u64,
    pub(crate) created: u64,
    pub(crate) emitted: u64,
    pub(crate) absorbed: u64,
    pub(crate) skipped: u64,
    pub(crate) dead_lettered: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    /// Inputs received and not yet settled.
    open_inputs: u64,
    /// Outputs of the current input that are not settled yet.
    made: u64,
    /// The current input was settled early, because its first outputs had to leave; its further outputs are created.
    settled_early: bool,
}

impl Tally {
    /// `inputs` more messages are in hand.
    pub(crate) fn receive(&mut self, inputs: usize) {
        self.counts.received += inputs as u64;
        self.open_inputs += inputs as u64;
    }

    pub(crate) fn output(&mut self, messages: usize) {
        self.made += messages as u64;
    }

    /// A message of the current input was skipped: it has left, as an output would.
    pub(crate) fn skip(&mut self) {
        self.made += 1;
        self.counts.skipped += 1;
    }

    /// A message of the current input is about to leave as a dead letter.
    pub(crate) fn dead_letter(&mut self) {
        self.made += 1;
        self.before_publishing();
        self.counts.dead_lettered += 1;
    }

    /// The dead letter did not leave, because the pipeline was aborted.
    pub(crate) fn abort_dead_letter(&mut self) {
        self.counts.dead_lettered -= 1;
        self.counts.aborted += 1;
    }

    /// Inputs in hand that are not done. One whose first outputs had to leave is in the books, but not done.
    fn open_inputs(&self) -> u64 {
        self.open_inputs + u64::from(self.settled_early)
    }

    /// The current input is in the books, but not done.
    pub(crate) fn is_settled_early(&self) -> bool {
        self.settled_early
    }

    /// What was counted since this was last asked.
    pub(crate) fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// How many inputs were settled: the sequence number of the message that is worked on.
    pub(crate) fn sequence(&self) -> u64 {
        self.counts.received - self.open_inputs()
    }

    /// The current input is done.
    pub(crate) fn next_input(&mut self) {
        let made = std::mem::take(&mut self.made);
        if self.settled_early || self.open_inputs == 0 {
            self.counts.created += made;
            self.settled_early = false;
        } else {
            self.open_inputs -= 1;
            self.settle(made);
        }
    }

    /// The next `count` inputs are done; what was made belongs to the first of them.
    pub(crate) fn next_inputs(&mut self, count: usize) {
        if count > 0 {
            self.next_input();
            let absorbed = (count as u64 - 1).min(self.open_inputs);
            self.open_inputs -= absorbed;
            self.counts.absorbed += absorbed;
        }
    }

    fn settle(&mut self, made: u64) {
        match made {
            0 => self.counts.absorbed += 1,
            more => self.counts.created += more - 1,
        }
    }

    /// Outputs of an unfinished input are about to leave: they must have entered the books before.
    pub(crate) fn before_publishing(&mut self) {
        let made = std::mem::take(&mut self.made);
        if made == 0 {
            return;
        }
        if self.settled_early || self.open_inputs == 0 {
            self.counts.created += made;
        } else {
            self.open_inputs -= 1;
            self.settled_early = true;
            self.settle(made);
        }
    }

    /// The call for these inputs has returned: those not settled one by one are settled together.
    pub(crate) fn settle_all(&mut self) {
        if self.settled_early {
            self.next_input();
        }
        let made = std::mem::take(&mut self.made);
        let inputs = std::mem::take(&mut self.open_inputs);
        self.counts.created += made.saturating_sub(inputs);
        self.counts.absorbed += inputs.saturating_sub(made);
    }

    /// The current input failed; those behind it in hand are aborted.
    pub(crate) fn fail(&mut self) {
        self.counts.created += std::mem::take(&mut self.made);
        if std::mem::take(&mut self.settled_early) {
            self.counts.created += 1;
            self.counts.failed += 1;
        } else if self.open_inputs > 0 {
            self.open_inputs -= 1;
            self.counts.failed += 1;
        }
        self.abort();
    }

    /// Everything in hand is given up.
    pub(crate) fn abort(&mut self) {
        self.counts.created += std::mem::take(&mut self.made);
        self.settled_early = false;
        self.counts.aborted += std::mem::take(&mut self.open_inputs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced(tally: &Tally, outputs: u64) {
        let Counts { received, created, absorbed, failed, aborted, .. } = tally.counts;
        assert_eq!(received + created, outputs + absorbed + failed + aborted, "{tally:?}");
    }

    #[test]
    fn outputs_beyond_the_first_are_created_and_inputs_without_output_absorbed() {
        let mut tally = Tally::default();
        tally.receive(3);
        for outputs in [0, 1, 4] {
            tally.output(outputs);
            tally.next_input();
        }
        assert_eq!((tally.counts.absorbed, tally.counts.created), (1, 3));
        balanced(&tally, 5);
    }

    #[test]
    fn inputs_settled_together_are_those_settled_one_by_one() {
        for (made, early, count) in [(0, false, 3), (2, false, 3), (1, true, 2), (1, false, 0), (3, false, 9)] {
            let tallies = [true, false].map(|together| {
                let mut tally = Tally::default();
                tally.receive(5);
                tally.output(made);
                if early {
                    tally.before_publishing();
                }
                if together {
                    tally.next_inputs(count);
                } else {
                    (0..count).for_each(|_| tally.next_input());
                }
                (tally.counts, tally.sequence(), tally.made)
            });
            assert_eq!(tallies[0], tallies[1], "{made} outputs, {count} inputs");
        }
    }

    #[test]
    fn an_input_whose_outputs_leave_in_parts_is_counted_once() {
        let mut tally = Tally::default();
        tally.receive(2);
        for _ in 0..3 {
            tally.output(10);
            tally.before_publishing();
            assert!(tally.counts.received + tally.counts.created >= tally.counts.absorbed + 10);
        }
        assert_eq!((tally.sequence(), tally.open_inputs()), (0, 2));
        tally.output(5);
        tally.next_input();
        assert_eq!((tally.sequence(), tally.open_inputs()), (1, 1));
        tally.next_input();
        assert_eq!(tally.counts.created, 34);
        balanced(&tally, 35);
    }

    #[test]
    fn a_failure_counts_its_message_and_aborts_those_behind_it() {
        for emitted_early in [false, true] {
            let mut tally = Tally::default();
            tally.receive(5);
            tally.output(1);
            tally.next_input();
            tally.output(2);
            if emitted_early {
                tally.before_publishing();
            }
            assert_eq!(tally.sequence(), 1);
            tally.fail();
            assert_eq!((tally.counts.failed, tally.counts.aborted), (1, 3));
            balanced(&tally, 3);
        }
    }

    #[test]
    fn a_stage_that_settles_nothing_one_by_one_still_balances() {
        for (inputs, outputs) in [(5, 2), (2, 5), (3, 3), (4, 0)] {
            let mut tally = Tally::default();
            tally.receive(inputs);
            tally.output(outputs);
            tally.settle_all();
            balanced(&tally, outputs as u64);
        }
    }

    #[test]
    fn what_is_emitted_at_the_end_without_an_input_is_created() {
        let mut tally = Tally::default();
        tally.output(2);
        tally.settle_all();
        assert_eq!(tally.counts.created, 2);
        tally.output(1);
        tally.fail();
        assert_eq!((tally.counts.created, tally.counts.failed), (3, 0));
        balanced(&tally, 3);
    }
}
