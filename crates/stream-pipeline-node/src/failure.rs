//! Errors as data: what is thrown, and as which class, is TypeScript's business.

use napi_derive::napi;
use stream_pipeline::{Error, ErrorCode};

/// An error on its way to `PipelineError`.
#[napi(object)]
#[derive(Debug)]
pub struct Failure {
    /// A word of `errorCodes()`.
    pub code: String,
    /// What was wrong and what to do.
    pub message: String,
    /// The stage or edge it belongs to.
    pub stage: Option<String>,
    /// Messages the stage had finished before the one it failed at.
    pub sequence: Option<f64>,
}

impl Failure {
    /// For a start from a handler of 'exit', or behind it.
    pub(crate) fn environment_ended() -> Self {
        let message = "the process or worker is ending: its pipelines were stopped at 'exit', and none starts any more; start it earlier";
        Self { code: ErrorCode::Aborted.as_str().to_owned(), message: message.to_owned(), stage: None, sequence: None }
    }

    pub(crate) fn of_stage(code: ErrorCode, stage: &str, message: impl std::fmt::Display) -> Self {
        let message = format!("stage `{stage}`: {message}");
        Self { code: code.as_str().to_owned(), message, stage: Some(stage.to_owned()), sequence: None }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code().as_str().to_owned(),
            message: error.to_string(),
            stage: error.stage().map(str::to_owned),
            sequence: error.sequence().map(|sequence| sequence as f64),
        }
    }
}

/// Every code an error of the pipeline may have.
#[napi]
pub fn error_codes() -> Vec<&'static str> {
    ErrorCode::ALL.iter().map(|code| code.as_str()).collect()
}
