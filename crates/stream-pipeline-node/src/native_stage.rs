//! A description of a built-in stage or source becomes the stage or source.
//!
//! Invariant: what an option means, and which values it takes, is decided by the stage.

use napi_derive::napi;
use stream_pipeline::{ErrorCode, Source, Stage};
use stream_pipeline_stages::{source_of_plan, stage_of_plan};

use crate::failure::Failure;

/// A built-in stage or source and its options; those that are left out have their defaults.
#[napi(object, object_to_js = false)]
pub struct NativeStage {
    /// What it calls itself: `lines`, `files` and so on.
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

    /// The source, for the place called `name`.
    pub(crate) fn make_source(&self, name: &str) -> Result<Box<dyn Source>, Failure> {
        source_of_plan(&self.kind, &self.options)
            .map_err(|invalid| Failure::of_stage(ErrorCode::InvalidOption, name, invalid))
    }
}
