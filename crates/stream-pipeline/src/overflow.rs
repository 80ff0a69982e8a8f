//! What an edge does with a message for which its ring has no room.

/// What happens to a message when the ring of an edge is full.
///
/// ```
/// use stream_pipeline::OverflowPolicy;
/// assert_eq!("drop-oldest".parse(), Ok(OverflowPolicy::DropOldest));
/// assert_eq!(OverflowPolicy::DropOldest.as_str(), "drop-oldest");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OverflowPolicy {
    /// The pusher waits for room. Nothing is lost; a slow consumer slows its feeders down.
    #[default]
    Block,
    /// The oldest messages in the ring give way, exactly as many as are needed. For data whose newest state counts.
    DropOldest,
    /// The incoming message is dropped. For data of which a sample from the start of a burst is enough.
    DropNewest,
    /// The push is refused and hands the message back; between two stages the pipeline fails with `OVERFLOW`.
    Error,
}

impl OverflowPolicy {
    /// Every policy.
    pub const ALL: [Self; 4] = [Self::Block, Self::DropOldest, Self::DropNewest, Self::Error];

    /// The policy as it is written outside Rust: `block`, `drop-oldest`, `drop-newest`, `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::DropOldest => "drop-oldest",
            Self::DropNewest => "drop-newest",
            Self::Error => "error",
        }
    }
}

impl std::fmt::Display for OverflowPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for OverflowPolicy {
    type Err = UnknownPolicy;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.as_str() == word)
            .ok_or(UnknownPolicy { expected: "`block`, `drop-oldest`, `drop-newest` or `error`" })
    }
}

/// A word that names no policy; the text lists those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct UnknownPolicy {
    pub(crate) expected: &'static str,
}
