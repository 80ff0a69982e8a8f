//! The one error type of the crate, and the one list of its codes.
//!
//! Invariant: every error carries a code of [`ErrorCode::ALL`] and a text that says what was wrong and what to do.
//! The codes are data: bindings read them from here and have no list of their own.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// What went wrong, as a stable word that programs may compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `build()`: the pipeline has no stage.
    NoStages,
    /// `build()`: a stage has an empty name.
    EmptyName,
    /// `build()`: a stage's name cannot name a thread (it holds a NUL, or is longer than 128 bytes), or it is `output`,
    /// which is what the edge behind the last stage is called.
    InvalidName,
    /// `build()`: two stages share a name.
    DuplicateName,
    /// `build()`: settings of an edge, or an error policy, were given for a stage that there is not.
    UnknownEdge,
    /// `build()`: a capacity of 0, or beyond [`MAX_CAPACITY`](crate::MAX_CAPACITY).
    InvalidCapacity,
    /// `build()`: marks outside `0 < low < high <= 1`.
    InvalidMarks,
    /// `build()`: a byte budget below the largest message.
    InvalidByteBudget,
    /// `build()`: a message limit of 0, or beyond [`MAX_MESSAGE_BYTES`](crate::MAX_MESSAGE_BYTES).
    InvalidMessageLimit,
    /// `start`: a stage has no object and no closure was given to make one.
    MissingStage,
    /// The output handle, or that of the dead letters, was asked for a second time.
    OutputTaken,
    /// `start`: the operating system refused a thread.
    ThreadRefused,
    /// A push before `start` found the ring full.
    NotStarted,
    /// A push after the input was closed.
    Closed,
    /// The pipeline was aborted, or failed; messages in flight were counted as aborted.
    Aborted,
    /// `try_push` found the ring full.
    Full,
    /// A push or pop did not get its turn within the time given.
    Timeout,
    /// The ring of an edge with the policy `error` was full.
    Overflow,
    /// A message is longer than the pipeline's limit.
    MessageTooLarge,
    /// A stage returned an error.
    StageFailed,
    /// A stage panicked.
    StagePanicked,
    /// The call would wait for the thread it was made from.
    WouldDeadlock,
    /// `drain` did not end within its deadline and became an abort.
    DrainTimeout,
    /// Bindings: an option is of the wrong type or out of its range.
    InvalidOption,
    /// Bindings: more pushes are waiting than the input holds back; the caller does not await them.
    TooManyPending,
    /// Bindings: no binary for this platform could be loaded.
    BindingNotLoaded,
}

impl ErrorCode {
    /// Every code, in the order of their declaration.
    pub const ALL: &'static [Self] = &[
        Self::NoStages,
        Self::EmptyName,
        Self::InvalidName,
        Self::DuplicateName,
        Self::UnknownEdge,
        Self::InvalidCapacity,
        Self::InvalidMarks,
        Self::InvalidByteBudget,
        Self::InvalidMessageLimit,
        Self::MissingStage,
        Self::OutputTaken,
        Self::ThreadRefused,
        Self::NotStarted,
        Self::Closed,
        Self::Aborted,
        Self::Full,
        Self::Timeout,
        Self::Overflow,
        Self::MessageTooLarge,
        Self::StageFailed,
        Self::StagePanicked,
        Self::WouldDeadlock,
        Self::DrainTimeout,
        Self::InvalidOption,
        Self::TooManyPending,
        Self::BindingNotLoaded,
    ];

    /// The code as it is written outside Rust, for example `STAGE_FAILED`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoStages => "NO_STAGES",
            Self::EmptyName => "EMPTY_NAME",
            Self::InvalidName => "INVALID_NAME",
            Self::DuplicateName => "DUPLICATE_NAME",
            Self::UnknownEdge => "UNKNOWN_EDGE",
            Self::InvalidCapacity => "INVALID_CAPACITY",
            Self::InvalidMarks => "INVALID_MARKS",
            Self::InvalidByteBudget => "INVALID_BYTE_BUDGET",
            Self::InvalidMessageLimit => "INVALID_MESSAGE_LIMIT",
            Self::MissingStage => "MISSING_STAGE",
            Self::OutputTaken => "OUTPUT_TAKEN",
            Self::ThreadRefused => "THREAD_REFUSED",
            Self::NotStarted => "NOT_STARTED",
            Self::Closed => "CLOSED",
            Self::Aborted => "ABORTED",
            Self::Full => "FULL",
            Self::Timeout => "TIMEOUT",
            Self::Overflow => "OVERFLOW",
            Self::MessageTooLarge => "MESSAGE_TOO_LARGE",
            Self::StageFailed => "STAGE_FAILED",
            Self::StagePanicked => "STAGE_PANICKED",
            Self::WouldDeadlock => "WOULD_DEADLOCK",
            Self::DrainTimeout => "DRAIN_TIMEOUT",
            Self::InvalidOption => "INVALID_OPTION",
            Self::TooManyPending => "TOO_MANY_PENDING",
            Self::BindingNotLoaded => "BINDING_NOT_LOADED",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

type Cause = Arc<dyn StdError + Send + Sync + 'static>;

/// An error of the pipeline or of a stage in it.
///
/// Cheap to clone: `wait()` gives the same error to everyone who asks.
#[derive(Clone, Debug)]
pub struct Error {
    code: ErrorCode,
    text: Arc<str>,
    stage: Option<Arc<str>>,
    sequence: Option<u64>,
    cause: Option<Cause>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Error {
    /// The cause itself, not the `Arc` it is shared in: so that it can be downcast.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// What stages and pipelines return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(code: ErrorCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into().into(), stage: None, sequence: None, cause: None }
    }

    /// A stage's own error, from a message: `Error::msg("no field `id`")`.
    ///
    /// The engine adds the stage's name and the message's sequence number.
    #[must_use]
    pub fn msg(text: impl fmt::Display) -> Self {
        Self::new(ErrorCode::StageFailed, text.to_string())
    }

    /// A stage's own error, from any error: `parse(&input).map_err(Error::other)?`.
    ///
    /// The given error becomes the source; the engine adds the stage's name and the message's sequence number.
    #[must_use]
    pub fn other(cause: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        let cause: Cause = cause.into().into();
        let mut error = Self::new(ErrorCode::StageFailed, cause.to_string());
        error.cause = Some(cause);
        error
    }

    pub(crate) fn with_cause(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    pub(crate) fn at_stage(mut self, stage: &Arc<str>) -> Self {
        self.stage = Some(Arc::clone(stage));
        self
    }

    /// The error as the pipeline reports it: stage and sequence number added, in the text too.
    pub(crate) fn placed(self, stage: &Arc<str>, sequence: u64) -> Self {
        let verb = match self.code {
            ErrorCode::StagePanicked => "panicked",
            _ => "failed",
        };
        self.replaced(format_args!("stage `{stage}` {verb} at message {sequence}"), stage, sequence)
    }

    /// With `place` before its text, and the name and number in it.
    pub(crate) fn replaced(self, place: fmt::Arguments<'_>, name: &Arc<str>, sequence: u64) -> Self {
        let text = format!("{place}: {}", self.text);
        Self { text: text.into(), stage: Some(Arc::clone(name)), sequence: Some(sequence), ..self }
    }

    /// What went wrong, as a word to compare.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The stage the error belongs to, if it belongs to one.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// For a stage's error: how many messages that stage had received before the one it failed at (the first is 0).
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }
}

/// A push that was refused, with what was not accepted.
///
/// `rejected` is the message itself for a push of one, and the tail that was not accepted for a push of many.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct PushError<T> {
    /// What was not accepted, unchanged and in order.
    pub rejected: T,
    /// Why.
    #[source]
    pub error: Error,
}

impl<T> PushError<T> {
    /// Why the push was refused, as a word to compare.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.error.code
    }
}

impl<T> From<PushError<T>> for Error {
    fn from(refused: PushError<T>) -> Self {
        refused.error
    }
}
