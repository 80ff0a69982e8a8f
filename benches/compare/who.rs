//! Who takes part, by name, and how each is opened.

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Sample};
use crate::contenders::{Shape, channels, disruptor, ours, rings, wakes};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Who {
    /// The harness alone.
    Base,
    /// Waking up from thread to thread, and nothing else.
    Wakes,
    Ours,
    /// Ours, in another build of this program.
    OursBefore,
    /// Ours, compiled without any measurement.
    OursUnmeasured,
    Crossbeam,
    /// Batches made by hand.
    CrossbeamParcels,
    Std,
    Flume,
    Kanal,
    ArrayQueue,
    Rtrb,
    Disruptor,
}

impl Who {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Wakes => "park and unpark alone",
            Self::Ours => "stream-pipeline",
            Self::OursBefore => "stream-pipeline, the other build",
            Self::OursUnmeasured => "stream-pipeline, unmeasured",
            Self::Crossbeam => "crossbeam-channel",
            Self::CrossbeamParcels => "crossbeam-channel, hand-made batches",
            Self::Std => "std sync_channel",
            Self::Flume => "flume",
            Self::Kanal => "kanal",
            Self::ArrayQueue => "ArrayQueue, spin then yield",
            Self::Rtrb => "rtrb, chunks",
            Self::Disruptor => "disruptor, yielding",
        }
    }

    /// What goes from thread to thread when a message of `bytes` does.
    pub(crate) fn moves(self, bytes: usize, by_batch: bool) -> &'static str {
        match self {
            Self::Base => "nothing",
            Self::Wakes => "a number",
            Self::Ours | Self::OursBefore | Self::OursUnmeasured if by_batch => "a batch",
            Self::Ours | Self::OursBefore | Self::OursUnmeasured if bytes < stream_pipeline::LARGE_MESSAGE_BYTES => {
                "a copy in, a batch, a copy out"
            }
            Self::CrossbeamParcels => "a batch",
            Self::Rtrb if bytes <= 1024 => "a copy per hop",
            Self::Disruptor => "a number: written and read in place",
            _ => "its Vec",
        }
    }

    pub(crate) fn measure(self, cell: &Cell) -> Sample {
        match cell.setup.bytes {
            16 => self.measure_shaped::<[u8; 16]>(cell),
            64 => self.measure_shaped::<[u8; 64]>(cell),
            1024 => self.measure_shaped::<[u8; 1024]>(cell),
            _ => self.measure_shaped::<Vec<u8>>(cell),
        }
    }

    fn measure_shaped<T: Shape>(self, cell: &Cell) -> Sample {
        match self {
            Self::Base => cell.base::<T>(),
            Self::Wakes => cell.measure::<T, _, _>(wakes::open::<T>),
            Self::Ours | Self::OursBefore | Self::OursUnmeasured => cell.measure::<T, _, _>(ours::open::<T>),
            Self::Crossbeam => cell.measure::<T, _, _>(|setup| channels::open::<T, _, _>(setup, channels::crossbeam)),
            Self::CrossbeamParcels => {
                cell.measure::<T, _, _>(|setup| channels::open_parcels::<T, _, _>(setup, channels::crossbeam))
            }
            Self::Std => cell.measure::<T, _, _>(|setup| channels::open::<T, _, _>(setup, channels::sync_channel)),
            Self::Flume => cell.measure::<T, _, _>(|setup| channels::open::<T, _, _>(setup, channels::flume)),
            Self::Kanal => cell.measure::<T, _, _>(|setup| channels::open::<T, _, _>(setup, channels::kanal)),
            Self::ArrayQueue => {
                cell.measure::<T, _, _>(|setup| channels::open::<T, _, _>(setup, channels::array_queue))
            }
            Self::Rtrb => cell.measure::<T, _, _>(rings::open::<T>),
            Self::Disruptor => cell.measure::<T, _, _>(disruptor::open::<T>),
        }
    }
}
