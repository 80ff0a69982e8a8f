//! Those who push into a pipeline and take from it, in every form.

use std::sync::Arc;
use std::time::Duration;

use shuttle::sync::mpsc;
use shuttle::thread::{self, JoinHandle};
use stream_pipeline::ErrorCode::{Full, Timeout};
use stream_pipeline::{Batch, ErrorCode, Input, Output, PushError, Waker};

use crate::chain::{Message, parse};
use crate::explore::pick;

/// A deadline that lies ahead: under shuttle it passes at any moment.
pub(crate) const SOMETIME: Duration = Duration::from_secs(3600);

/// What became of a producer's messages.
#[derive(Debug, Default)]
pub(crate) struct Pushed {
    pub(crate) accepted: Vec<Message>,
    /// Why it gave up: the first push that was refused for good.
    pub(crate) refused: Option<ErrorCode>,
}

/// Starts threads that push, each `messages` at most, and drop their handles.
pub(crate) fn produce(input: Input, producers: usize, messages: usize) -> Vec<JoinHandle<Pushed>> {
    let inputs = std::iter::repeat_n(input, producers).enumerate();
    let producer = |(index, input)| thread::spawn(move || push_all(&input, index as u8, messages as u8));
    inputs.map(producer).collect()
}

pub(crate) fn join<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Pushes until all are accepted or one is refused for good, and asserts that what was refused is handed back.
pub(crate) fn push_all(input: &Input, producer: u8, messages: u8) -> Pushed {
    let mut rest: Vec<Message> = (0..messages).map(|number| [producer, number]).collect();
    let mut pushed = Pushed::default();
    while !rest.is_empty() && pushed.refused.is_none() {
        let offered: Vec<Message> = rest.drain(..(1 + pick(3)).min(rest.len())).collect();
        let (back, code) = push_some(input, &offered);
        assert!(code.is_some() || back.is_empty());
        let (accepted, refused) = offered.split_at(offered.len() - back.len());
        assert_eq!(back, refused, "what is handed back is the tail of what was offered");
        pushed.accepted.extend(accepted);
        rest.splice(0..0, back);
        pushed.refused = code.filter(|code| ![Full, Timeout].contains(code));
    }
    pushed
}

/// Offers messages in some form; what is not accepted comes back with the reason.
fn push_some(input: &Input, offered: &[Message]) -> (Vec<Message>, Option<ErrorCode>) {
    let owned = || offered.iter().map(|message| message.to_vec());
    let one = |pushed: Result<(), PushError<Vec<u8>>>| match pushed {
        Ok(()) => (offered[1..].to_vec(), (offered.len() > 1).then_some(Full)),
        Err(refused) => {
            assert_eq!(refused.rejected, offered[0]);
            (offered.to_vec(), Some(refused.code()))
        }
    };
    match pick(6) {
        0 => one(input.push(offered[0].to_vec())),
        1 => one(input.push_timeout(offered[0].to_vec(), SOMETIME)),
        2 => one(input.try_push(offered[0].to_vec()).inspect_err(|_| thread::yield_now())),
        3 => match input.push_many(owned()) {
            Ok(()) => (vec![], None),
            Err(refused) => (refused.rejected.iter().map(|m| parse(m)).collect(), Some(refused.code())),
        },
        4 => back_of(input.push_batch(offered.iter().map(<[u8; 2]>::as_slice).collect())),
        _ => offer_and_be_called(input, offered.iter().map(<[u8; 2]>::as_slice).collect()),
    }
}

fn back_of(pushed: Result<(), PushError<Batch>>) -> (Vec<Message>, Option<ErrorCode>) {
    match pushed {
        Ok(()) => (vec![], None),
        Err(refused) => (refused.rejected.iter().map(parse).collect(), Some(refused.code())),
    }
}

/// As an event loop does it: offers, and is called when it may offer again.
fn offer_and_be_called(input: &Input, mut batch: Batch) -> (Vec<Message>, Option<ErrorCode>) {
    let (waker, calls) = waker();
    loop {
        match input.offer_batch(batch) {
            Err(refused) if refused.code() == Full => batch = refused.rejected,
            ended => return back_of(ended),
        }
        if input.call_when_drained(&waker, &batch) {
            calls.recv().unwrap();
        }
    }
}

/// A waker, and where its calls arrive.
pub(crate) fn waker() -> (Waker, mpsc::Receiver<()>) {
    let (call, calls) = mpsc::channel();
    (Arc::new(move || call.send(()).unwrap_or_default()), calls)
}

/// Starts a thread that takes until the end.
pub(crate) fn consume(mut output: Output) -> JoinHandle<Vec<Message>> {
    thread::spawn(move || {
        let mut taken = vec![];
        while take_some(&mut output, &mut taken) {}
        taken
    })
}

/// Takes in some form, waiting; `false` at the end.
pub(crate) fn take_some(output: &mut Output, taken: &mut Vec<Message>) -> bool {
    let batch = match pick(4) {
        0 => Ok(output.pop().map(|message| Batch::from_iter([message.as_slice()]))),
        1 => Ok(output.pop_batch()),
        2 => output.pop_batch_timeout(SOMETIME),
        _ => {
            let (waker, calls) = waker();
            if output.call_when_filled(&waker) {
                calls.recv().unwrap();
            }
            output.try_pop_batch(1 + pick(2), 1 + pick(4))
        }
    };
    match batch {
        Ok(Some(batch)) => taken.extend(batch.iter().map(parse)),
        Ok(None) => return false,
        Err(error) => assert_eq!(error.code(), Timeout),
    }
    true
}
