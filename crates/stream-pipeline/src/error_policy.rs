//! What a stage does about a message that it cannot work on.

use crate::overflow::UnknownPolicy;

/// What becomes of a message at which a stage fails: of one for which [`Stage::process`](crate::Stage::process) returns an
/// error, or that a stage gives to [`Emitter::reject`](crate::Emitter::reject).
///
/// A panic, an error of `process_batch` itself, of `finish` or `on_timer`, and an output beyond the limit end the
/// pipeline whatever the policy is.
///
/// ```
/// use stream_pipeline::ErrorPolicy;
/// assert_eq!("dead-letter".parse(), Ok(ErrorPolicy::DeadLetter));
/// assert_eq!(ErrorPolicy::DeadLetter.as_str(), "dead-letter");
/// assert!("ignore".parse::<ErrorPolicy>().unwrap_err().to_string().contains("`skip`"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorPolicy {
    /// The pipeline ends with the error, which names stage and message.
    #[default]
    Fail,
    /// The message is counted as skipped, and the stage goes on with the next one.
    Skip,
    /// The message leaves by [`DeadLetters`](crate::DeadLetters), with the reason, and the stage goes on with the next one.
    DeadLetter,
}

impl ErrorPolicy {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Fail, Self::Skip, Self::DeadLetter];

    /// The policy as it is written outside Rust: `fail`, `skip`, `dead-letter`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::DeadLetter => "dead-letter",
        }
    }
}

impl std::fmt::Display for ErrorPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ErrorPolicy {
    type Err = UnknownPolicy;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == word)
            .ok_or(UnknownPolicy { expected: "`fail`, `skip` or `dead-letter`" })
    }
}
