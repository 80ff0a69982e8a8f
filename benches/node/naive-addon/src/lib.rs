//! The design one thinks of first: a native thread has the messages, and calls a JavaScript function for each of them
//! through a threadsafe function, with a Buffer, and takes the Buffer it returns. Part of the benchmarks, not of the package.
//!
//! Invariant: at most `WINDOW` calls are under way, for the queue of a threadsafe function knows no bound.

#![allow(missing_docs, reason = "napi-derive makes items that nobody can document")]
#![allow(clippy::needless_pass_by_value, reason = "what crosses from JavaScript comes by value")]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use memchr::memchr_iter;
use napi::bindgen_prelude::{AsyncTask, Buffer, BufferSlice, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status, Task};
use napi_derive::napi;

/// Calls under way at most, as in the other contenders that have to limit themselves.
const WINDOW: usize = 1024;

/// Lines are gathered in chunks of this many bytes.
const CHUNK_BYTES: usize = 64 * 1024;

type StageFunction = ThreadsafeFunction<Vec<u8>, BufferSlice<'static>, FnArgs<(BufferSlice<'static>,)>, Status, false>;

pub struct Carrying {
    chunks: Vec<Vec<u8>>,
    /// Carry each chunk once and keep what comes out, or carry them again and again for so long.
    spell: Option<Duration>,
    stage: StageFunction,
    joined: Joined,
    results: (Sender<Vec<u8>>, Receiver<Vec<u8>>),
    under_way: usize,
}

/// Lines that were gathered again. Of chunks that are not kept, only the bytes are counted.
struct Joined {
    chunk: Vec<u8>,
    kept: Option<Vec<u8>>,
    messages: u32,
    bytes: usize,
}

impl Joined {
    fn add(&mut self, line: &[u8]) {
        if self.chunk.len() + line.len() + 1 > CHUNK_BYTES {
            self.give_away();
        }
        self.chunk.extend_from_slice(line);
        self.chunk.push(b'\n');
        self.messages += 1;
    }

    fn give_away(&mut self) {
        self.bytes += self.chunk.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&self.chunk);
        }
        self.chunk.clear();
    }
}

impl Carrying {
    fn carry(&mut self, chunk: &[u8]) {
        let mut start = 0;
        for end in memchr_iter(b'\n', chunk) {
            if self.under_way == WINDOW {
                self.take_one();
            }
            let results = self.results.0.clone();
            // It can only be refused when the environment ends, and then nobody waits for the answer.
            let _ = self.stage.call_with_return_value(
                chunk[start..end].to_vec(),
                ThreadsafeFunctionCallMode::NonBlocking,
                move |returned, _env| {
                    let _ = results.send(returned?.to_vec());
                    Ok(())
                },
            );
            self.under_way += 1;
            start = end + 1;
        }
    }

    fn take_one(&mut self) {
        if let Ok(line) = self.results.1.recv() {
            self.joined.add(&line);
        }
        self.under_way -= 1;
    }
}

impl Task for Carrying {
    type Output = Carried;
    type JsValue = Carried;

    fn compute(&mut self) -> Result<Carried> {
        let began = Instant::now();
        let chunks = std::mem::take(&mut self.chunks);
        loop {
            for chunk in &chunks {
                self.carry(chunk);
                if self.spell.is_some_and(|spell| began.elapsed() >= spell) {
                    break;
                }
            }
            if self.spell.is_none_or(|spell| began.elapsed() >= spell) {
                break;
            }
        }
        while self.under_way > 0 {
            self.take_one();
        }
        self.joined.give_away();
        let Joined { messages, bytes, ref mut kept, .. } = self.joined;
        Ok(Carried { messages, bytes: bytes as f64, kept: kept.take().map(Buffer::from) })
    }

    fn resolve(&mut self, _env: Env, carried: Carried) -> Result<Carried> {
        Ok(carried)
    }
}

#[napi(object)]
pub struct Carried {
    pub messages: u32,
    pub bytes: f64,
    /// What came out, if it was carried once.
    pub kept: Option<Buffer>,
}

/// Carries the lines of `chunks` through `stage`: once, or for `spell_ms`.
#[napi]
pub fn carry(
    chunks: Vec<&[u8]>,
    spell_ms: Option<u32>,
    stage: Function<'_, FnArgs<(BufferSlice<'static>,)>, BufferSlice<'static>>,
) -> Result<AsyncTask<Carrying>> {
    let stage =
        stage.build_threadsafe_function::<Vec<u8>>().build_callback(|ctx: ThreadsafeCallContext<Vec<u8>>| {
            Ok(FnArgs { data: (BufferSlice::copy_from(&ctx.env, &ctx.value)?,) })
        })?;
    let kept = if spell_ms.is_none() { Some(Vec::new()) } else { None };
    Ok(AsyncTask::new(Carrying {
        chunks: chunks.into_iter().map(<[u8]>::to_vec).collect(),
        spell: spell_ms.map(|ms| Duration::from_millis(u64::from(ms))),
        stage,
        joined: Joined { chunk: Vec::with_capacity(CHUNK_BYTES), kept, messages: 0, bytes: 0 },
        results: channel(),
        under_way: 0,
    }))
}
