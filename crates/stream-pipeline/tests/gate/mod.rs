//! A stage that stands in for a slow or stopped consumer: it finishes a message only when its keeper lets it pass.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::sync::mpsc::{self, Receiver, Sender};

use stream_pipeline::{Result, Stage};

/// The stage. Once its keeper is gone, everything passes.
pub(crate) struct Gate {
    arrived: Sender<()>,
    permits: Receiver<()>,
}

/// Says when messages pass.
pub(crate) struct Keeper {
    arrivals: Receiver<()>,
    permits: Sender<()>,
}

/// A closed gate.
pub(crate) fn gate() -> (Gate, Keeper) {
    let (arrived, arrivals) = mpsc::channel();
    let (permits, taken) = mpsc::channel();
    (Gate { arrived, permits: taken }, Keeper { arrivals, permits })
}

impl Keeper {
    /// Waits until a further message stands before the gate.
    pub(crate) fn wait_for_arrival(&self) {
        self.arrivals.recv().expect("the stage ended before a message arrived");
    }

    /// Lets `count` messages pass, now or when they come.
    pub(crate) fn let_pass(&self, count: usize) {
        for _ in 0..count {
            let _ = self.permits.send(());
        }
    }

    /// Lets everything pass from now on.
    pub(crate) fn open(self) {
        drop(self);
    }
}

impl Stage for Gate {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        let _ = self.arrived.send(());
        let _ = self.permits.recv();
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "gate"
    }
}
