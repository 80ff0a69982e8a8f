//! Files at the two ends of a pipeline.

mod sink;
mod source;

pub use sink::{FileMode, SyncPolicy, ToFile, ToFileOptions};
pub use source::{Files, FilesOptions};
