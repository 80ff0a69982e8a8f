//! Loom models of a stage's gauges: its thread shows counts while another reads them.

use super::*;
use crate::edge::raise;
use crate::models::{THREE, outcomes};

/// What a reader makes of the gauges and of `left` while a message is taken from an edge and `counts` are shown.
fn read_beside<T>(counts: Counts, reading: impl FnOnce(&StageGauges, &AtomicU64) -> T) -> T {
    let shared = Arc::new((StageGauges::default(), AtomicU64::new(0)));
    let stage = {
        let shared = Arc::clone(&shared);
        loom::thread::spawn(move || {
            raise(&shared.1, counts.received);
            shared.0.publish(&counts);
        })
    };
    let seen = reading(&shared.0, &shared.1);
    stage.join().unwrap();
    seen
}

#[test]
fn a_reader_never_sees_more_leave_a_stage_than_enter_it() {
    let entered = Counts { received: 1, created: 1, ..Counts::default() };
    for counts in [
        Counts { emitted: 2, ..entered },
        Counts { absorbed: 2, ..entered },
        Counts { skipped: 2, ..entered },
        Counts { dead_lettered: 2, ..entered },
        Counts { failed: 2, ..entered },
        Counts { aborted: 2, ..entered },
    ] {
        // Entered, left.
        outcomes(THREE, [(0, 0), (1, 0), (2, 0), (2, 2)], move || {
            read_beside(counts, |gauges, _| {
                let seen = gauges.counts();
                let left =
                    seen.emitted + seen.absorbed + seen.skipped + seen.dead_lettered + seen.failed + seen.aborted;
                (seen.received + seen.created, left)
            })
        });
    }
}

#[test]
fn a_reader_never_sees_a_message_in_hand_before_it_has_left_its_edge() {
    // Received, left the edge.
    outcomes(THREE, [(0, 0), (0, 1), (1, 1)], || {
        let counts = Counts { received: 1, ..Counts::default() };
        read_beside(counts, |gauges, left| (gauges.counts().received, read(left)))
    });
}
