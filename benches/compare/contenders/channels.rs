//! Channels, and crossbeam's `ArrayQueue` made into one, joined by threads that receive and send.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_queue::ArrayQueue;

use super::{Drain, Feed, Impatience, Overflow, Setup, Shape, Task, simple};

pub(crate) trait Sender<T>: Send + 'static {
    /// Waits for room; `false` if the receiver has gone.
    fn send(&mut self, item: T) -> bool;

    /// Does not wait; `false` if the item was lost.
    fn try_send(&mut self, item: T) -> bool;

    /// Does not wait: the oldest item gives way; `false` if one was lost. Only `ArrayQueue` can.
    fn force_send(&mut self, _item: T) -> bool {
        unreachable!("this channel cannot drop its oldest")
    }
}

pub(crate) trait Receiver<T>: Send + 'static {
    /// Waits for an item; `None` when the sender has gone.
    fn recv(&mut self) -> Option<T>;
}

macro_rules! channel {
    ($pair:ident, $bounded:path, $sender:ty, $receiver:ty, $taken:pat) => {
        pub(crate) fn $pair<T: Send + 'static>(capacity: usize) -> (impl Sender<T>, impl Receiver<T>) {
            $bounded(capacity)
        }

        impl<T: Send + 'static> Sender<T> for $sender {
            fn send(&mut self, item: T) -> bool {
                <$sender>::send(self, item).is_ok()
            }

            fn try_send(&mut self, item: T) -> bool {
                matches!(<$sender>::try_send(self, item), $taken)
            }
        }

        impl<T: Send + 'static> Receiver<T> for $receiver {
            fn recv(&mut self) -> Option<T> {
                <$receiver>::recv(self).ok()
            }
        }
    };
}

channel!(crossbeam, crossbeam_channel::bounded, crossbeam_channel::Sender<T>, crossbeam_channel::Receiver<T>, Ok(()));
channel!(
    sync_channel,
    std::sync::mpsc::sync_channel,
    std::sync::mpsc::SyncSender<T>,
    std::sync::mpsc::Receiver<T>,
    Ok(())
);
channel!(flume, flume::bounded, flume::Sender<T>, flume::Receiver<T>, Ok(()));
// Kanal's `Ok(false)` says that there was no room.
channel!(kanal, kanal::bounded, kanal::Sender<T>, kanal::Receiver<T>, Ok(true));

/// A queue with someone at either end.
struct QueueEnd<T> {
    queue: Arc<ArrayQueue<T>>,
    closed: Arc<AtomicBool>,
}

pub(crate) fn array_queue<T: Send + 'static>(capacity: usize) -> (impl Sender<T>, impl Receiver<T>) {
    let (queue, closed) = (Arc::new(ArrayQueue::new(capacity)), Arc::new(AtomicBool::new(false)));
    (QueueSender(QueueEnd { queue: Arc::clone(&queue), closed: Arc::clone(&closed) }), QueueEnd { queue, closed })
}

struct QueueSender<T>(QueueEnd<T>);

impl<T> Drop for QueueSender<T> {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
    }
}

impl<T: Send + 'static> Sender<T> for QueueSender<T> {
    fn send(&mut self, mut item: T) -> bool {
        let mut impatience = Impatience::default();
        while let Err(back) = self.0.queue.push(item) {
            item = back;
            impatience.pause();
        }
        true
    }

    fn try_send(&mut self, item: T) -> bool {
        self.0.queue.push(item).is_ok()
    }

    fn force_send(&mut self, item: T) -> bool {
        self.0.queue.force_push(item).is_none()
    }
}

impl<T: Send + 'static> Receiver<T> for QueueEnd<T> {
    fn recv(&mut self) -> Option<T> {
        let mut impatience = Impatience::default();
        loop {
            // Read before the queue: what was pushed before the end is still found.
            let closed = self.closed.load(Ordering::Acquire);
            match self.queue.pop() {
                Some(item) => return Some(item),
                None if closed => return None,
                None => impatience.pause(),
            }
        }
    }
}

/// Messages put together by hand: one buffer, and where each message ends in it.
pub(crate) struct Parcel {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// What travels through a channel.
pub(crate) trait Item: Send + Sized + 'static {
    /// What a stage does, and what it sends on.
    fn process(self, task: Task, send: impl FnMut(Self) -> bool) -> bool;
    fn show(&self, each: impl FnMut(&[u8]));
}

impl Item for Vec<u8> {
    fn process(self, task: Task, mut send: impl FnMut(Self) -> bool) -> bool {
        task.perform();
        match task {
            Task::Simple => simple(self).expect("it always succeeds").into_iter().all(send),
            _ => send(self),
        }
    }

    fn show(&self, mut each: impl FnMut(&[u8])) {
        each(self);
    }
}

impl Item for Parcel {
    fn process(self, task: Task, mut send: impl FnMut(Self) -> bool) -> bool {
        self.ends.iter().for_each(|_| task.perform());
        send(self)
    }

    fn show(&self, mut each: impl FnMut(&[u8])) {
        let mut start = 0;
        for &end in &self.ends {
            each(&self.bytes[start..end]);
            start = end;
        }
    }
}

pub(crate) struct ChannelFeed<S, T> {
    sender: S,
    bytes: usize,
    overflow: Overflow,
    shape: PhantomData<fn() -> T>,
}

pub(crate) struct ParcelFeed<S, T>(ChannelFeed<S, T>);

pub(crate) struct ChannelDrain<R, T> {
    receiver: R,
    item: PhantomData<fn() -> T>,
}

/// One message per send.
pub(crate) fn open<T, S, R>(
    setup: Setup,
    pair: impl Fn(usize) -> (S, R),
) -> (ChannelFeed<S, T>, ChannelDrain<R, Vec<u8>>)
where
    T: Shape,
    S: Sender<Vec<u8>>,
    R: Receiver<Vec<u8>>,
{
    let (sender, receiver) = chain(setup, setup.capacity, pair);
    let feed = ChannelFeed { sender, bytes: setup.bytes, overflow: setup.overflow, shape: PhantomData };
    (feed, ChannelDrain { receiver, item: PhantomData })
}

/// One parcel of messages per send, and room for as many messages as others have.
pub(crate) fn open_parcels<T, S, R>(
    setup: Setup,
    pair: impl Fn(usize) -> (S, R),
) -> (ParcelFeed<S, T>, ChannelDrain<R, Parcel>)
where
    T: Shape,
    S: Sender<Parcel>,
    R: Receiver<Parcel>,
{
    let (sender, receiver) = chain(setup, setup.capacity / setup.batch, pair);
    let feed = ParcelFeed(ChannelFeed { sender, bytes: setup.bytes, overflow: setup.overflow, shape: PhantomData });
    (feed, ChannelDrain { receiver, item: PhantomData })
}

fn chain<T: Item, S: Sender<T>, R: Receiver<T>>(
    setup: Setup,
    capacity: usize,
    pair: impl Fn(usize) -> (S, R),
) -> (S, R) {
    let (first, mut upstream) = pair(capacity);
    for _ in 0..setup.stages {
        let (mut sender, next) = pair(capacity);
        let mut receiver = std::mem::replace(&mut upstream, next);
        thread::spawn(move || {
            while let Some(item) = receiver.recv()
                && item.process(setup.task, |item| sender.send(item))
            {}
        });
    }
    (first, upstream)
}

impl<S: Sender<Vec<u8>>, T: Shape> Feed for ChannelFeed<S, T> {
    fn send(&mut self, word: u64) -> bool {
        let message = T::vec(self.bytes, word);
        match self.overflow {
            Overflow::Block => self.sender.send(message),
            Overflow::DropOldest => self.sender.force_send(message),
            Overflow::DropNewest | Overflow::Error => self.sender.try_send(message),
        }
    }
}

impl<S: Sender<Parcel>, T: Shape> Feed for ParcelFeed<S, T> {
    fn send(&mut self, word: u64) -> bool {
        self.send_batch(word..word + 1);
        true
    }

    fn send_batch(&mut self, words: Range<u64>) {
        let count = (words.end - words.start) as usize;
        let each = self.0.bytes;
        let mut parcel = Parcel { bytes: Vec::with_capacity(count * each), ends: Vec::with_capacity(count) };
        for word in words {
            let start = parcel.bytes.len();
            parcel.bytes.resize(start + each, 0);
            T::write_at(&mut parcel.bytes[start..], word);
            parcel.ends.push(start + each);
        }
        assert!(self.0.sender.send(parcel), "the chain is open");
    }
}

impl<R: Receiver<T>, T: Item> Drain for ChannelDrain<R, T> {
    fn take(&mut self, each: impl FnMut(&[u8])) -> bool {
        self.receiver.recv().is_some_and(|item| {
            item.show(each);
            true
        })
    }
}
