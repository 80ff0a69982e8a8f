//! `Files`: the bytes of files, one file after the other, in chunks.
//!
//! Invariants: a file is read from its start to its end once, in the order of the list; when it is followed, what was
//! appended to a file before it was rotated away is read before the file that took its place. One chunk is read ahead at
//! most.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use same_file::Handle;
use serde::Deserialize;
use stream_pipeline::{Batch, Error, Flow, Result, Source};

use crate::invalid_option::InvalidOption;
use crate::plan::SourcePlan;

/// The longest chunk that may be asked for: what a message may be at most by default.
const MAX_CHUNK_BYTES: usize = 1024 * 1024;

/// What [`Files`] reads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct FilesOptions {
    /// Files, in the order in which they are read; or patterns with `*`, `**`, `?` and `[..]`, each of which stands for the
    /// files that match it at the start, in alphabetical order.
    pub paths: Vec<String>,
    /// How much is read at once, and the longest message there is; 64 KiB by default, 1 MiB at most.
    pub chunk_bytes: usize,
    /// Written behind a file that does not end with it, so that its last line and the first of the next file do not
    /// become one; nothing by default.
    pub separator: Vec<u8>,
    /// Whether the last file is read on as it grows, as `tail -F` does: also the file that takes its name when it is
    /// rotated, and from the start when it is cut short. Then the source ends when it is stopped. `false` by default.
    pub follow: bool,
    /// How often a followed file is looked at when there was nothing more, in milliseconds; 200 by default.
    pub poll_ms: u64,
}

impl Default for FilesOptions {
    fn default() -> Self {
        Self { paths: Vec::new(), chunk_bytes: 64 * 1024, separator: Vec::new(), follow: false, poll_ms: 200 }
    }
}

/// Reads files, one after the other, as pieces of one byte stream.
///
/// Messages are chunks, cut anywhere; put [`Lines`](crate::Lines) or another framer behind. Fails at a file that is not
/// there, or cannot be read, with its name. A followed file may be missing for a while.
///
/// ```
/// use stream_pipeline::{OverflowPolicy::Block, PipelineBuilder};
/// use stream_pipeline_stages::{Files, FilesOptions, Lines, LinesOptions};
/// # let folder = std::env::temp_dir().join(format!("files-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
/// std::fs::write(path("1.log"), "one\ntwo")?;
/// std::fs::write(path("2.log"), "three\n")?;
///
/// let separator = b"\n".to_vec();
/// let files = Files::new(FilesOptions { paths: vec![path("*.log")], separator, ..FilesOptions::default() })?;
/// let pipeline = PipelineBuilder::new()
///     .with_source("files", files)
///     .add_stage_object("lines", 128, Block, Lines::new(LinesOptions::default()))
///     .build()?;
/// let output = pipeline.output()?;
/// let running = pipeline.start_ready()?;
/// assert_eq!(output.collect::<Vec<_>>(), [&b"one"[..], b"two", b"three"]);
/// running.wait()?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Files {
    options: FilesOptions,
    left: VecDeque<PathBuf>,
    open: Option<Opened>,
}

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    file: File,
    /// Which file it is, whatever its name is now.
    identity: Handle,
    read_bytes: u64,
    /// The last bytes read, as many as the separator has.
    tail: Vec<u8>,
    /// Another file has its name: when this one has been read to its end, that one is next.
    is_rotated: bool,
}

impl Files {
    /// Refuses an empty list, a pattern that is none or matches no file, a chunk of 0 or beyond 1 MiB, and a poll of 0.
    pub fn new(options: FilesOptions) -> Result<Self, InvalidOption> {
        let refused = |option, text: String| Err(InvalidOption::new("files", option, text));
        if options.paths.is_empty() {
            return refused("paths", "there is none; give at least one file or pattern".to_owned());
        }
        if !(1..=MAX_CHUNK_BYTES).contains(&options.chunk_bytes) {
            let text = format!("{} is not 1 to {MAX_CHUNK_BYTES}; 64 KiB suits most files", options.chunk_bytes);
            return refused("chunk_bytes", text);
        }
        if options.poll_ms == 0 {
            return refused("poll_ms", "0 would never rest; choose 1 or more".to_owned());
        }
        let mut left = VecDeque::new();
        for path in &options.paths {
            let files = expand(path).map_err(|text| InvalidOption::new("files", "paths", text))?;
            left.extend(files);
        }
        Ok(Self { options, left, open: None })
    }

    /// The file that is being read; opens the next one, if there is one.
    fn current(&mut self) -> Result<Option<&mut Opened>> {
        if self.open.is_none()
            && let Some(path) = self.left.front()
        {
            match Opened::new(path.clone()) {
                Ok(opened) => {
                    self.left.pop_front();
                    self.open = Some(opened);
                }
                // It may come, or come back.
                Err(error) if error.kind() == io::ErrorKind::NotFound && self.follows() => {}
                Err(error) => return Err(at(path, &error)),
            }
        }
        Ok(self.open.as_mut())
    }

    /// Whether the file that is next, or being read, is the last one, and followed.
    fn follows(&self) -> bool {
        self.options.follow && self.left.len() <= usize::from(self.open.is_none())
    }

    fn rest(&self) -> Flow {
        Flow::Wait(Instant::now() + Duration::from_millis(self.options.poll_ms))
    }

    /// There is nothing more in the file that is being read.
    fn end_of_file(&mut self, batch: &mut Batch) -> Result<Flow> {
        if self.follows() {
            let opened = self.open.as_mut().expect("a file was read");
            if opened.is_rotated {
                self.left.push_front(opened.path.clone());
            } else {
                // What was appended before the name went to another file is still to be read.
                if !opened.has_changed()? {
                    return Ok(self.rest());
                }
                return Ok(Flow::Ready);
            }
        }
        if let Some(opened) = self.open.take() {
            let separator = &self.options.separator;
            if opened.read_bytes > 0 && !opened.tail.ends_with(separator) {
                batch.push(separator);
            }
        }
        Ok(if self.left.is_empty() { Flow::Ended } else { Flow::Ready })
    }
}

impl Source for Files {
    fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
        let (chunk_bytes, tail_bytes) = (self.options.chunk_bytes, self.options.separator.len());
        let Some(opened) = self.current()? else {
            return Ok(if self.left.is_empty() { Flow::Ended } else { self.rest() });
        };
        let mut chunk = vec![0; chunk_bytes];
        let count = loop {
            match opened.file.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(at(&opened.path, &error)),
                Ok(count) => break count,
            }
        };
        if count == 0 {
            return self.end_of_file(batch);
        }
        chunk.truncate(count);
        opened.read_bytes += count as u64;
        opened.tail.extend_from_slice(&chunk[count.saturating_sub(tail_bytes)..]);
        opened.tail.drain(..opened.tail.len().saturating_sub(tail_bytes));
        batch.push_vec(chunk);
        Ok(Flow::Ready)
    }
}

impl Opened {
    fn new(path: PathBuf) -> io::Result<Self> {
        let file = File::open(&path)?;
        let identity = Handle::from_file(file.try_clone()?)?;
        Ok(Self { path, file, identity, read_bytes: 0, tail: Vec::new(), is_rotated: false })
    }

    /// Whether there may be more to read: the file was cut short, or another one has its name. A name that is gone may come
    /// back.
    fn has_changed(&mut self) -> Result<bool> {
        let length = self.file.metadata().map_err(|error| at(&self.path, &error))?.len();
        if length < self.read_bytes {
            self.file.rewind().map_err(|error| at(&self.path, &error))?;
            self.read_bytes = 0;
            return Ok(true);
        }
        match Handle::from_path(&self.path) {
            Ok(now) => self.is_rotated = now != self.identity,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&self.path, &error)),
        }
        Ok(self.is_rotated || length > self.read_bytes)
    }
}

fn at(path: &std::path::Path, error: &io::Error) -> Error {
    Error::msg(format_args!("{}: {error}", path.display()))
}

/// The files a pattern stands for; a path without a pattern stands for itself, whether it is there or not.
fn expand(path: &str) -> Result<Vec<PathBuf>, String> {
    if !path.contains(['*', '?', '[']) || std::path::Path::new(path).exists() {
        return Ok(vec![path.into()]);
    }
    let matches = glob::glob(path).map_err(|error| format!("`{path}`: {error}; correct the pattern"))?;
    let mut files = Vec::new();
    for entry in matches {
        let file = entry.map_err(|error| format!("`{path}`: {error}"))?;
        if file.is_file() {
            files.push(file);
        }
    }
    if files.is_empty() {
        return Err(format!("`{path}` matches no file; look at it from {}", working_folder()));
    }
    Ok(files)
}

fn working_folder() -> String {
    std::env::current_dir().map_or_else(|_| "the working directory".to_owned(), |folder| folder.display().to_string())
}

impl SourcePlan for FilesOptions {
    fn source(self) -> Result<Box<dyn Source>, InvalidOption> {
        Ok(Box::new(Files::new(self)?))
    }
}
