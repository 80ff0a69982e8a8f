//! `ToFile`: the bytes of all messages, written to a file.
//!
//! Invariant: a batch is passed on when all of it was given to the operating system, and synchronized if that is asked for:
//! so a message that counts as delivered is in the file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Error, Result, Stage};
use tempfile::NamedTempFile;

use crate::invalid_option::InvalidOption;
use crate::plan::Plan;

/// Small messages are gathered up to this before they are written: a call of the operating system costs as much as copying
/// some KiB.
const GATHER_BYTES: usize = 64 * 1024;

/// What is done with a file that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileMode {
    /// It is kept, and written on at its end.
    Append,
    /// It is emptied.
    #[default]
    Truncate,
    /// It is kept until the end of input, when a new one takes its place at once: whoever reads it sees the old one or the
    /// new one whole. What was written before a failure or an abort is removed.
    Replace,
}

/// When a file's bytes are forced to the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncPolicy {
    /// When the operating system sees fit: they outlive the process, not a failure of power.
    #[default]
    Never,
    /// At the end of input.
    AtEnd,
    /// After each batch, before its messages count as delivered.
    EachBatch,
}

/// How [`ToFile`] writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct ToFileOptions {
    /// The file. Its folder has to be there.
    pub path: PathBuf,
    /// What is done with a file that is there; it is emptied by default.
    pub mode: FileMode,
    /// When its bytes are forced to the disk; never by default.
    pub sync: SyncPolicy,
}

/// Writes the bytes of all messages to a file, and passes the messages on when they are written.
///
/// Nothing is put between messages: put [`Join`](crate::Join) before it. Fails where the operating system does: no room, no
/// permission, a folder that is not there. What had been written of that batch is in the file, and does not count as
/// delivered.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{ToFile, ToFileOptions};
/// # let path = std::env::temp_dir().join(format!("to-file-{}", std::process::id()));
///
/// let mut file = ToFile::open(ToFileOptions { path: path.clone(), ..ToFileOptions::default() })?;
/// let mut out = Emitter::detached();
/// file.process_batch(Batch::from_iter([&b"one\n"[..], b"two\n"]), &mut out)?;
/// file.finish(&mut out)?;
/// assert_eq!(std::fs::read(&path)?, b"one\ntwo\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ToFile {
    options: ToFileOptions,
    place: Place,
    gathered: Vec<u8>,
}

/// Where the bytes go.
#[derive(Debug)]
enum Place {
    File(File),
    /// A file beside it, which is removed unless it takes its place.
    Draft(NamedTempFile),
    /// The draft has taken its place.
    Done,
}

impl ToFile {
    /// Opens the file. Refuses one that cannot be opened so, with what the operating system says.
    pub fn open(options: ToFileOptions) -> Result<Self, InvalidOption> {
        let path = &options.path;
        let opened = match options.mode {
            FileMode::Append => OpenOptions::new().append(true).create(true).open(path).map(Place::File),
            FileMode::Truncate => File::create(path).map(Place::File),
            FileMode::Replace => draft_of(path).map(Place::Draft),
        };
        let place = opened.map_err(|error| {
            let text =
                format!("{}: {error}; choose a file that can be written, in a folder that is there", path.display());
            InvalidOption::new("toFile", "path", text)
        })?;
        Ok(Self { options, place, gathered: Vec::new() })
    }

    fn write(&mut self, batch: &Batch, out: &Emitter) -> io::Result<()> {
        let mut index = 0;
        while let Some((messages, count)) = batch.span(index, &[], GATHER_BYTES) {
            if out.is_stopped() {
                break;
            }
            if self.gathered.len() + messages.len() > GATHER_BYTES {
                self.flush()?;
            }
            if messages.len() >= GATHER_BYTES {
                self.place.file()?.write_all(messages)?;
            } else {
                self.gathered.extend_from_slice(messages);
            }
            index += count;
        }
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place.file()?.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }

    fn explain(&self, error: &io::Error) -> Error {
        Error::msg(format_args!("{}: {error}", self.options.path.display()))
    }
}

impl Place {
    fn file(&mut self) -> io::Result<&mut File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Draft(draft) => Ok(draft.as_file_mut()),
            Self::Done => Err(io::Error::other("the file has taken its place already")),
        }
    }

    /// A draft takes the place of the file.
    fn settle(&mut self, path: &Path) -> io::Result<()> {
        match std::mem::replace(self, Self::Done) {
            Self::Draft(draft) => draft.persist(path).map(drop).map_err(|error| error.error),
            _ => Ok(()),
        }
    }
}

/// A new file in the same folder, which may be read by whom a file made by name may be read.
fn draft_of(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new();
    #[cfg(unix)]
    draft.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    draft.prefix(path.file_name().unwrap_or_default()).suffix(".tmp").tempfile_in(folder)
}

impl Stage for ToFile {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        crate::simple_form::process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "toFile"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        self.write(&batch, out).map_err(|error| self.explain(&error))?;
        if self.options.sync == SyncPolicy::EachBatch {
            self.place.file().and_then(|file| file.sync_data()).map_err(|error| self.explain(&error))?;
        }
        if !out.is_stopped() {
            out.forward(batch);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        if out.has_pipeline_failed() && matches!(self.place, Place::Draft(_)) {
            self.place = Place::Done;
            return Ok(());
        }
        if self.options.sync != SyncPolicy::Never {
            self.place.file().and_then(|file| file.sync_all()).map_err(|error| self.explain(&error))?;
        }
        self.place.settle(&self.options.path).map_err(|error| self.explain(&error))
    }
}

impl Plan for ToFileOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(ToFile::open(self)?))
    }
}
