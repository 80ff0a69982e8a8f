//! A pipeline from its plan to its end.
//!
//! | file | what |
//! |---|---|
//! | `builder.rs` | the plan: stages, edges, limits, and what is refused |
//! | `pipeline.rs` | a pipeline that was built and not started |
//! | `input.rs`, `output.rs` | the handles at its two ends |
//! | `dead_letters.rs` | the handle for what stages could not work on |
//! | `run.rs` | what the parts of a started pipeline share: who has ended, how, and the report |
//! | `running.rs` | the handle to a started pipeline |
//! | `runner.rs` | the loop of a stage's thread |
//! | `sources.rs` | threads that feed it |
//! | `stretch.rs` | how often the clock is read, and how much is taken in hand |
//! | `hosted/` | a stage whose threads belong to somebody else, such as event loops |
//! | `contain.rs` | errors and panics of a stage, caught |
//! | `reading.rs` | metrics, read while it runs |

mod builder;
mod contain;
mod dead_letters;
mod hosted;
mod input;
mod output;
#[expect(clippy::module_inception, reason = "the file of the type `Pipeline`")]
mod pipeline;
mod reading;
mod run;
mod runner;
mod running;
mod sources;
mod stretch;

pub use builder::{
    DEFAULT_CAPACITY, DEFAULT_MAX_MESSAGE_BYTES, EdgeOptions, MAX_CAPACITY, MAX_MESSAGE_BYTES, PipelineBuilder,
};
pub use dead_letters::DeadLetters;
pub use hosted::{Given, Hand, HostedStage, Order, Taken};
pub use input::Input;
pub use output::Output;
pub use pipeline::Pipeline;
pub use running::Running;
