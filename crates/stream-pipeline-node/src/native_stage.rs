//! A description of a built-in stage becomes the stage.
//!
//! Invariant: what an option means, and which values it takes, is decided by the stage.

use napi_derive::napi;
use stream_pipeline::{ErrorCode, Stage};
use stream_pipeline_stages::stage_of_plan;

use crate::failure::Failure;

/// A built-in stage and its options; those that are left out have the stage's defaults.
#[napi(object, object_to_js = false)]
pub struct NativeStage {
    /// What the stage calls itself: `lines`, `join` and so on.
    pub kind: String,
    /// A JSON object; its keys are the options' names, bytes are arrays of numbers.
    pub options: String,
}

impl NativeStage {
    /// The stage, for the place called `name`.
    pub(crate) fn make(&self, name: &str) -> Result<Box<dyn Stage>, Failure> {
        stage_of_plan(&self.kind, &self.options)
            .map_err(|invalid| Failure::of_stage(ErrorCode::InvalidOption, name, invalid))
    }
}
