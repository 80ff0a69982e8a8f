//! disruptor: one ring for the whole chain. A message is written in its slot and read there; a stage moves a number
//! forward and nothing else, so a passthrough costs a reference.
//!
//! Its own waiting strategies spin without end or sleep; on few cores the first starves those it waits for. Here all of
//! its threads yield when they wait.

use std::ops::Range;

use disruptor::wait_strategies::WaitStrategy;
use disruptor::{
    EventPoller, Polling, Producer, Sequence, SingleConsumerBarrier, SingleProducer, build_single_producer,
};

use super::{Drain, Feed, Impatience, Setup, Shape};

#[derive(Clone, Copy)]
struct Yielding;

impl WaitStrategy for Yielding {
    fn wait_for(&self, _sequence: Sequence) {
        std::thread::yield_now();
    }
}

pub(crate) struct DisruptorFeed<T> {
    producer: SingleProducer<T, SingleConsumerBarrier>,
}

pub(crate) struct DisruptorDrain<T> {
    poller: EventPoller<T, SingleConsumerBarrier>,
}

pub(crate) fn open<T: Shape>(setup: Setup) -> (DisruptorFeed<T>, DisruptorDrain<T>) {
    let stage = move |_: &T, _: Sequence, _: bool| setup.task.perform();
    let ring = build_single_producer(setup.capacity, || T::empty(setup.bytes), Yielding);
    let mut builder = ring.handle_events_with(stage).and_then();
    for _ in 1..setup.stages {
        builder = builder.handle_events_with(stage).and_then();
    }
    let (poller, builder) = builder.new_event_poller();
    (DisruptorFeed { producer: builder.build() }, DisruptorDrain { poller })
}

impl<T: Shape> Feed for DisruptorFeed<T> {
    fn send(&mut self, word: u64) -> bool {
        let mut impatience = Impatience::default();
        while self.producer.try_publish(|event| T::write_at(event.bytes_mut(), word)).is_err() {
            impatience.pause();
        }
        true
    }

    fn send_batch(&mut self, words: Range<u64>) {
        let count = (words.end - words.start) as usize;
        let mut impatience = Impatience::default();
        loop {
            let published = self.producer.try_batch_publish(count, |events| {
                events.zip(words.clone()).for_each(|(event, word)| T::write_at(event.bytes_mut(), word));
            });
            if published.is_ok() {
                return;
            }
            impatience.pause();
        }
    }
}

impl<T: Shape> Drain for DisruptorDrain<T> {
    fn take(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        let mut impatience = Impatience::default();
        loop {
            match self.poller.poll() {
                Ok(mut events) => {
                    (&mut events).for_each(|event| each(event.bytes()));
                    return true;
                }
                Err(Polling::NoEvents) => impatience.pause(),
                Err(Polling::Shutdown) => return false,
            }
        }
    }
}
